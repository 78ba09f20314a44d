import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { configSchema } from '../../config/schema.js';
import { type LoadedConfig, machineConfigDir } from '../../config.js';
import { HipError, messageOf } from '../../errors.js';
import { systemClock } from '../../system-clock.js';
import { LANGUAGES, type Language, languageOf, type Speech } from '../../tray/texts.js';
import { createTray, type Tray } from '../../tray/tray.js';
import { openDesktop } from '../../windows/desktop.js';
import { openWindowsServices } from '../../windows/open-services.js';
import { openSession } from '../../windows/session.js';
import { openTrayIcon } from '../../windows/tray-icon.js';
import { localTime } from '../lists/device-list.js';
import { ownProgram } from '../service/own-program.js';
import { fetchStatus } from '../status/status-fetch.js';
import { createStopSignal } from '../terminal/stop-signal.js';
import { createTrayDesk } from './tray-desk.js';

/** What `hip tray` is made of: an icon, the service manager, the status of a running serve, and other runs of hip. */

export interface TrayOptions {
  readonly version: string;
  readonly settings: TraySettings;
  /** `--config` and `--data-dir` as given, for the runs of hip that it starts. */
  readonly settingsFlags: readonly string[];
  /** Null: the one Windows speaks to this person. */
  readonly language: Language | null;
  /** Where the texts of every opened menu go, as Windows holds them; for tests. */
  readonly menuFile: string | null;
}

export interface TraySettings {
  readonly statusPort: number;
  /** Null where the settings can't be read. */
  readonly dataDir: string | null;
  readonly logDir: string;
}

/** One icon is enough for a person; the name is that of the window too. */
const CLAIM = 'HipTray';

/** Resolves when the person is done with it: to false where another one stands there already. */
export async function runTray(options: TrayOptions): Promise<boolean> {
  const session = await openSession();
  if (!session.claim(CLAIM)) return false;
  session.leaveConsole();
  const { settings, version, settingsFlags, menuFile } = options;
  const speech = speak(options.language ?? languageOf(session.language));
  const desktop = await openDesktop();
  const { logDir } = settings;
  const program = ownProgram();
  const readStatus = (): Promise<string | null> => renderedStatus(settings);
  const desk = createTrayDesk({ desktop, program, settingsFlags, logDir, version, speech, readStatus });
  // The icon is there before the tray that listens to it, and silent until something is shown.
  let tray: Tray | null = null;
  const icon = await openTrayIcon({
    onAction: (action) => tray?.act(action),
    onClose: () => tray?.end(),
    onMenu: (texts) => menuFile !== null && writeFileSync(menuFile, `${texts.join('\n')}\n`),
  });
  tray = createTray({
    icon,
    services: await openWindowsServices(systemClock),
    readStatus: () => fetchStatus(settings),
    desk,
    speech,
    clock: systemClock,
  });
  const stop = createStopSignal();
  stop.signal.addEventListener('abort', () => tray.end());
  tray.start();
  try {
    await tray.ended;
  } catch (error) {
    await desktop.tell('hip', messageOf(error));
    throw error;
  } finally {
    stop.end();
  }
  return true;
}

/** The tray must be there above all when the settings are broken, and for people who may not read them. */
export function traySettings(load: () => LoadedConfig): TraySettings {
  try {
    const { config, dataDir } = load();
    return { statusPort: config.serve.statusPort, dataDir, logDir: join(dataDir, 'logs') };
  } catch (error) {
    if (!(error instanceof HipError)) throw error;
    const { serve } = v.parse(configSchema, {});
    const logDir = join(machineConfigDir(process.env), 'logs');
    return { statusPort: serve.statusPort, dataDir: null, logDir };
  }
}

/** Asked here and not by another run of hip: a person who may not read the settings sees it too, and at once. */
async function renderedStatus(settings: TraySettings): Promise<string | null> {
  const report = await fetchStatus(settings);
  if (report === null) return null;
  const { renderStatus } = await import('../status/render-status.js');
  return renderStatus(report);
}

function speak(language: Language): Speech {
  return { texts: LANGUAGES[language], localTime: (iso) => localTime(iso) ?? iso };
}
