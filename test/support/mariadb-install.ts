import { findOnPath, installPackages } from './packages.js';

/**
 * The two packages that hold `mariadbd`, `mariadb-install-db` and what the latter calls. They carry no service
 * and no maintainer script that starts one, unlike `mariadb-server`.
 */
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core'];
const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'my_print_defaults'] as const;
const PURPOSE = 'a MariaDB or MySQL server (or HIP_TEST_MYSQL_URL=mysql://user:password@host:3306)';

export interface MariadbPrograms {
  readonly server: string;
  readonly installDb: string;
}

/** Finds MariaDB's programs, installs them first where that is possible, or says in one line what to do. */
export async function requireMariadb(): Promise<MariadbPrograms> {
  if (!findMariadb()) await installPackages(PURPOSE, PACKAGES);
  const found = findMariadb();
  if (!found) throw new Error(`${PACKAGES.join(' ')} are installed but hold no mariadbd`);
  return found;
}

export function findMariadb(): MariadbPrograms | null {
  const [server, installDb, printDefaults] = PROGRAMS.map(findOnPath);
  return server && installDb && printDefaults ? { server, installDb } : null;
}
