/** Fields and lines of comma-separated values that every program, spreadsheets included, reads as they are meant. */

/**
 * What a field is quoted for: quotes and line breaks (RFC 4180), every character that a spreadsheet may take for the
 * separator (semicolons where the comma is for decimals, tabs, bars), and spaces at an end, which some leave out.
 */
const SPECIAL = /[\p{Cc}",;|\u2028\u2029]|^ | $/u;

/** RFC 4180: quotes within a quoted field are doubled. */
const field = (value: string): string => (SPECIAL.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** One record. */
export const csvLine = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`;

/** Spreadsheets run what starts like this as a formula, also after a quote; some take wide forms for the same. */
const FORMULA = /^[=+\-@\p{Cc}＝＋－＠]/u;

/** A path that a spreadsheet takes for text and every program for the same file: './=1+1.png' instead of '=1+1.png'. */
export const pathField = (file: string): string => (FORMULA.test(file) ? `./${file}` : file);

/** Text that a spreadsheet takes for text. */
export const textField = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
