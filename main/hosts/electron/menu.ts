import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Texts } from '../../../models/texts/texts.ts';
import { NOTICE, productName, software } from '../../about.ts';
import type { Events } from '../../ipc/contract.ts';

type Command = Events['command']['name'];

/** The menu, by the habit of the system; what the page does itself goes to it as a command. */
export function setMenu({ t }: Texts, onCommand: (name: Command) => void, platform = process.platform): void {
  const command = (label: string, name: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator ? { accelerator } : {}),
    click: () => {
      onCommand(name);
    },
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const onMac = platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    // Its first menu is the application's own there: about, hide, quit.
    ...(onMac ? [{ role: 'appMenu' as const }] : []),
    {
      label: t('desktop:menu/file'),
      submenu: [
        command(t('desktop:menu/open-files'), 'open-files', 'CmdOrCtrl+O'),
        command(t('desktop:menu/open-folder'), 'open-folder', 'CmdOrCtrl+Shift+O'),
        ...(onMac ? [{ role: 'recentDocuments' as const, submenu: [{ role: 'clearRecentDocuments' as const }] }] : []),
        separator,
        command(t('desktop:menu/classify-all'), 'classify-all', 'CmdOrCtrl+Shift+A'),
        command(t('desktop:menu/save-report'), 'save-report', 'CmdOrCtrl+S'),
        separator,
        onMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: t('desktop:menu/view'),
      submenu: [
        { role: 'togglefullscreen' },
        separator,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
      ],
    },
    ...(onMac ? [{ role: 'windowMenu' as const }] : []),
    {
      role: 'help',
      label: t('desktop:menu/help'),
      submenu: [command(t('desktop:menu/about', { name: productName }), 'about')],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  app.setAboutPanelOptions({ applicationName: productName, applicationVersion: software, copyright: NOTICE });
}
