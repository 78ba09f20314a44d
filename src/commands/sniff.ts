import { Flags } from '@oclif/core';
import { BaseCommand } from '../lib/base-command.js';
import { EXIT } from '../lib/errors.js';
import { type DecodedTotals, decodeCapture } from '../lib/shell/sniff/decode-app.js';
import { replayCapture } from '../lib/shell/sniff/replay-app.js';
import { type SniffOutcome, startSniff } from '../lib/shell/sniff/sniff-app.js';
import { replaySettings, sniffSettings } from '../lib/shell/sniff/sniff-arguments.js';
import { createSniffOutput } from '../lib/shell/sniff/sniff-output.js';
import { untilStopped } from '../lib/shell/terminal/stop-signal.js';
import type { ReplayReport } from '../lib/sniff/replay.js';

const INSECURE =
  'The certificate of the target is not checked: whoever stands between can read and change what passes.';

export default class Sniff extends BaseCommand {
  static override summary = 'Show what devices really say, keep it, play it again.';
  static override description =
    'Devices are answered as hip serve would, but punches with "try again": none is taken, none is lost.';
  static override usage = [
    '<%= command.id %> [--port N]... [--silent | --forward URL [--insecure]] [--hex | --brief] [--save DIR [--no-scrub]]',
    '<%= command.id %> --replay DIR [--target URL [--insecure]] [--fast]',
    '<%= command.id %> --decode FILE [--hex | --brief]',
  ];
  static override examples = [
    '<%= config.bin %> <%= command.id %> --port 9090 --port 7005 --save capture',
    '<%= config.bin %> <%= command.id %> --forward http://192.168.1.10:8080',
    '<%= config.bin %> <%= command.id %> --replay capture --fast',
    '<%= config.bin %> <%= command.id %> --decode request.txt',
  ];
  static override flags = {
    port: Flags.integer({
      summary: 'Port to listen on; may be given more than once (default: serve.port).',
      multiple: true,
      min: 0,
      max: 65_535,
    }),
    host: Flags.string({ summary: 'Address to listen on (default: serve.host).' }),
    silent: Flags.boolean({ summary: 'Only listen; never answer a byte.', exclusive: ['forward'] }),
    forward: Flags.string({
      summary: "Pass everything on unchanged, to the vendor's server or a hip serve.",
      helpValue: 'URL',
    }),
    insecure: Flags.boolean({
      summary: 'Take any certificate of an https:// target: a self-signed one proves nothing.',
      relationships: [{ type: 'some', flags: ['forward', 'target'] }],
    }),
    hex: Flags.boolean({ summary: 'Show the bytes.', exclusive: ['brief'] }),
    brief: Flags.boolean({ summary: 'Show one line per exchange.' }),
    save: Flags.string({ summary: 'Write every exchange to a new folder.', helpValue: 'DIR' }),
    replay: Flags.string({
      summary: 'Send what was saved again, compare the answers with those of hip serve, and stop.',
      helpValue: 'DIR',
      exclusive: ['port', 'host', 'silent', 'forward', 'save'],
    }),
    target: Flags.string({
      summary:
        'Where to replay to; a hip serve there keeps and delivers the punches (default: this hip, with an empty journal).',
      helpValue: 'URL',
      dependsOn: ['replay'],
    }),
    fast: Flags.boolean({ summary: 'Replay without the pauses between requests.', dependsOn: ['replay'] }),
    decode: Flags.string({
      summary: 'Explain a saved exchange, HTTP text or a bare body ("-": from the input), and stop.',
      helpValue: 'FILE',
      exclusive: ['port', 'host', 'silent', 'forward', 'save', 'replay'],
    }),
    scrub: Flags.boolean({
      summary: 'Leave out what is secret; with --no-scrub all bytes are kept as well.',
      default: true,
      allowNo: true,
    }),
  };

  async run(): Promise<SniffOutcome | ReplayReport | DecodedTotals> {
    const { flags } = await this.parse(Sniff);
    const loaded = this.loadConfig(flags);
    if (flags.insecure) this.warn(INSECURE);
    const output = createSniffOutput({ ...flags, json: this.jsonEnabled() }, loaded);
    if (flags.decode !== undefined) return decodeCapture(loaded, flags.decode, output.show);
    if (flags.replay !== undefined) {
      const report = await replayCapture(
        loaded,
        replaySettings({ ...flags, replay: flags.replay }),
        output.played,
      );
      output.replayed(report);
      if (report.different.length > 0) this.exitWith(EXIT.needsPerson);
      return report;
    }
    const settings = sniffSettings(flags, loaded);
    const running = await startSniff({ loaded, settings, show: output.showLive });
    output.started(settings, running.addresses);
    await untilStopped();
    const outcome = await running.stop();
    output.ended(outcome);
    return outcome;
  }

  /** Lines all the way: the summary is the last of them. */
  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json)}\n`);
  }
}
