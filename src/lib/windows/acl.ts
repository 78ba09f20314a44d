import { SERVICE_IDENTITIES, serviceSid } from './service-identity.js';

/** SYSTEM and Administrators: everything. */
const ALWAYS = ['(A;OICI;FA;;;SY)', '(A;OICI;FA;;;BA)'];
/** Read, write, execute and delete, but not give rights to others: what Windows calls "modify". */
const MODIFY = '0x1301bf';

/**
 * Who may do what with the data folder, as SDDL: it holds the journal and, sealed for this PC, the database password,
 * which every local user who may read the file could open. Nothing is inherited from %ProgramData%, where all may read.
 */
export function dataFolderRights(installer: string | null): string {
  const services = Object.values(SERVICE_IDENTITIES).map(({ name }) => serviceSid(name));
  const sids = installer === null ? services : [...services, installer];
  return `D:P${ALWAYS.join('')}${sids.map((sid) => `(A;OICI;${MODIFY};;;${sid})`).join('')}`;
}
