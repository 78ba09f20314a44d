import type { Advice } from './explained.js';
import { durationText } from './hide.js';

/**
 * What to do, one text per symptom; docs/field-guide.md has a chapter under the same word. Advice that ends something
 * else at the site says so in its first sentence and names the road over files.
 */

/** Internet mode closes the road by which the vendor's own program reads (fkweb.md 1.1, one source). */
const ENDS_DOWNLOADS =
  'Careful: in Internet mode HIP Premium Time can no longer download from this terminal over TCP 5005. If the office ' +
  'still needs that, leave the mode alone and let hip sync read the log files that HIP Premium Time saves.';

const TEXTS = {
  tls: 'The terminal is set to HTTPS. Switch HTTPS off in its menu (Communication, Cloud Server or ADMS); hip speaks plain HTTP in the local network.',
  proxy:
    'The terminal is set to use a proxy. Switch the proxy off in its menu (Communication, Cloud Server or ADMS) and enter the address of this PC as the server.',
  socks: 'The sender is set to use a SOCKS proxy. Switch the proxy off where it is configured.',
  'fk-tcp':
    'A program that reads terminals (HIP Premium Time, for instance) has the address of this PC where the address of the terminal belongs. Correct it there. hip does not read over TCP 5005.',
  'fk-tcp-answer':
    'A terminal answers here in the protocol of TCP 5005, in which it waits to be asked. It is in Local or LAN mode. ' +
    ENDS_DOWNLOADS +
    ' Otherwise set its network mode to Internet (also called WAN, BS or Cloud).',
  'zk-pull':
    'A program that reads ZKTeco terminals on port 4370 has the address of this PC where the address of the terminal belongs. For hip, switch on ADMS (Cloud Server) in the terminal instead: both can work at once.',
  'http-reply':
    'Something answers here instead of asking. Check that --forward and the addresses in other programs do not point at each other.',
  rtlog: 'Save a capture (--save) and send it in: hip has no dialect for this yet.',
  text: 'If the terminal has a choice of protocols (PUSH or BEST; T&A PUSH or A&C PUSH), take PUSH and T&A PUSH. Otherwise save a capture (--save) and send it in.',
  binary:
    'If the terminal has a choice of protocols (PUSH or BEST; T&A PUSH or A&C PUSH), take PUSH and T&A PUSH. Otherwise save a capture (--save) and send it in.',
  unknown:
    'If this is a terminal: where its menu has a choice of protocols (PUSH or BEST; T&A PUSH or A&C PUSH), take PUSH and T&A PUSH, and leave the path behind the server address empty. Otherwise save a capture (--save) and send it in.',
  nameless:
    'The terminal has no serial number (ADMS) or no usable Cloud ID (FK). Look at its system information; without one nobody can say whose punches these are.',
  compressed: 'The terminal packs its data. Switch compression off where its menu offers it.',
  encryption:
    'The terminal wants to encrypt what it sends. Switch encryption off in its menu, or update it to a firmware that can do without.',
  browser: 'The way through the network is open. Now enter the same address and port in the terminal.',
  erased: 'Someone deleted punches on the terminal. What hip did not get before is gone from there.',
  'port-check':
    'It opened the port and closed it at once: a port check, or a terminal that tests the address.',
} as const;

export function adviceOn(symptom: keyof typeof TEXTS): Advice {
  return { symptom, text: TEXTS[symptom] };
}

export function hasAdvice(symptom: string): symptom is keyof typeof TEXTS {
  return Object.hasOwn(TEXTS, symptom);
}

/** @param everySeconds how far apart the connections begin; null when nobody can tell */
export function adviceOnSilence(everySeconds: number | null): Advice {
  const rhythm = everySeconds === null ? 'It connects' : `It connects every ${everySeconds} s`;
  const text =
    `${rhythm} and sends nothing: the terminal is in Local or LAN mode. ${ENDS_DOWNLOADS} Otherwise set its network ` +
    'mode to Internet (also called WAN, BS or Cloud), the server address and port to this PC, and Server Req to yes.';
  return { symptom: 'silent', text };
}

export function adviceOnClock(aheadSeconds: number): Advice {
  const text =
    `Its clock is ${durationText(aheadSeconds)} ${aheadSeconds > 0 ? 'ahead' : 'behind'}, so its punches carry wrong times. Set date, time ` +
    'and time zone in its menu; hip serve sets a clock that fell back to its factory date by itself.';
  return { symptom: 'clock', text };
}

/** Of a terminal that does not tell its clock. @param time of a punch that can't be */
export function adviceOnTimes(time: string): Advice {
  const text =
    `It sends punches of ${time.slice(0, 10)}: its clock was wrong when they were made. Look at it, and set date, time ` +
    'and time zone in its menu. Those punches keep their times; hip takes and flags them.';
  return { symptom: 'clock', text };
}

export function adviceOnPolls(isFk: boolean): Advice {
  const menu = isFk ? ' Leave its menu: while that is open it sends nothing.' : '';
  const text = `It reaches this PC and asks for commands, but sends no punch. Make one at the terminal now.${menu} If it does not come, it was already sent elsewhere, or uploading in real time is off.`;
  return { symptom: 'only-polls', text };
}

export function adviceOnResend(wasAccepted: boolean): Advice {
  return wasAccepted
    ? {
        symptom: 'resend',
        text: 'It sends the same again although the answer was OK. For an FK terminal try devices.<serial number>.fkReply "204", then "body"; for an ADMS terminal save a capture (--save) and send it in.',
      }
    : {
        symptom: 'kept',
        text: 'It sends the same again because hip sniff asks it to: whatever carries punches is answered with "try again", so that the terminal keeps them until hip serve runs.',
      };
}

export function adviceOnRefusal(status: number): Advice {
  const text = `The server behind --forward answers ${status}, which a terminal takes for a failure: it will send the same again until it hears an OK.`;
  return { symptom: 'refused', text };
}

export function adviceOnRegistering(): Advice {
  const text =
    'The door controller registers again and again: it does not accept the answer of this server. Save a capture (--save) and send it in; with hip serve this ends at the first answer.';
  return { symptom: 'registering', text };
}

export function adviceOnNobody(): Advice {
  const text =
    'Nothing reached this PC. At the terminal, check that the server address is this PC, that the port is one of ' +
    'those above, and that the gateway is not 0.0.0.0 (one site: nothing is sent then, without any message). An FK ' +
    'terminal has to be in network mode Internet. At this PC, check that the firewall lets the port in.';
  return { symptom: 'nobody', text };
}
