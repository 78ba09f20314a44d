import { SERVICE_IDENTITIES, serviceSid } from './service-identity.js';

/** SYSTEM and Administrators: everything. */
const ALWAYS = ['(A;OICI;FA;;;SY)', '(A;OICI;FA;;;BA)'];
/** Read, write, execute and delete, but not give rights to others: what Windows calls "modify". */
const MODIFY = '0x1301bf';
/**
 * Who owns a file could otherwise always change who may use it: any local user may have made the folder, or a file in
 * it, before hip came. Owners may look, no more (S-1-3-4 stands for whoever the owner is).
 */
const OWNERS_ONLY_LOOK = '(A;OICI;RC;;;S-1-3-4)';

/**
 * Who may do what with the data folder, as SDDL: it holds the journal and, sealed for this PC, the database password,
 * which every local user who may read the file could open. Nothing is inherited from %ProgramData%, where all may read.
 */
export function dataFolderRights(installer: string | null): string {
  const services = Object.values(SERVICE_IDENTITIES).map(({ name }) => serviceSid(name));
  const sids = installer === null ? services : [...services, installer];
  return `O:BAD:P${ALWAYS.join('')}${OWNERS_ONLY_LOOK}${sids.map((sid) => `(A;OICI;${MODIFY};;;${sid})`).join('')}`;
}
