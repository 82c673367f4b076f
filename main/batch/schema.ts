import type { Connection } from '../store/connection.ts';

/** Of the stores of runs. A store of another number is not opened. */
export const RUN_SCHEMA = 1;

/** One column per class, so that rows are sorted by it. */
export const classColumn = (index: number): string => `p${index}`;

/** Makes the tables of a new run. */
export function createTables(connection: Connection, classCount: number): void {
  const classes = Array.from({ length: classCount }, (_, i) => `${classColumn(i)} REAL`).join(', ');
  connection.execute(`
    CREATE TABLE run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE makers (id INTEGER PRIMARY KEY, header TEXT NOT NULL UNIQUE);
    CREATE TABLE files (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE,
      position INTEGER NOT NULL,
      listed INTEGER NOT NULL,
      version TEXT NOT NULL,
      done INTEGER NOT NULL DEFAULT 0,
      sha256 TEXT, modality TEXT, body_part TEXT, view TEXT, age_years REAL,
      patient_id TEXT, patient_name TEXT, patient_sex TEXT,
      study_uid TEXT, study_date TEXT, study_description TEXT,
      series_uid TEXT, series_description TEXT, sop_instance_uid TEXT
    );
    CREATE INDEX files_in_order ON files (position);
    CREATE INDEX files_to_do ON files (position) WHERE done = 0;
    CREATE INDEX files_by_content ON files (sha256, position) WHERE sha256 IS NOT NULL;
    CREATE INDEX files_by_series ON files (series_uid, position) WHERE series_uid IS NOT NULL;
    CREATE TABLE results (
      file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
      frame INTEGER NOT NULL,
      maker INTEGER NOT NULL REFERENCES makers,
      status TEXT NOT NULL, error TEXT, top1 INTEGER, confidence REAL, verdict TEXT, ${classes},
      row TEXT NOT NULL,
      PRIMARY KEY (file, frame)
    );
    CREATE INDEX results_by_status ON results (status);
    PRAGMA user_version = ${RUN_SCHEMA};
  `);
}
