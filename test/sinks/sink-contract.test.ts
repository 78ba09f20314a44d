import { describeSinkContract } from '../contracts/sink-contract.js';
import { FakeSink, LINE_DOWN } from '../forwarder/rig.js';
import { withDatabase } from '../support/database.js';
import { punch, withSinks } from './mysql-rig.js';

const database = withDatabase();
const createSink = withSinks(database);

describeSinkContract('MySQL', {
  createSink: () => createSink({ createTable: false }),
  async empty() {
    await database.sql('DROP TABLE IF EXISTS device_logs');
    await createSink().probe();
    await database.sql("ALTER TABLE device_logs ADD CONSTRAINT lucky CHECK (user_id <> '13')");
  },
  async countRows() {
    const [row] = await database.sql('SELECT COUNT(*) AS n FROM device_logs');
    return Number(row?.n);
  },
  createBadPunch: (key) => punch(key, { userId: '13' }),
  async breakDown() {
    await database.sql('RENAME TABLE device_logs TO away');
  },
  async recover() {
    await database.sql('RENAME TABLE away TO device_logs');
  },
});

let fake = new FakeSink();

describeSinkContract('the fake that the forwarder is tested with', {
  createSink: () => fake,
  async empty() {
    fake = new FakeSink();
  },
  countRows: async () => fake.rows.size,
  createBadPunch(key) {
    fake.refused.add(key);
    return punch(key);
  },
  async breakDown() {
    fake.breakDown(LINE_DOWN);
  },
  async recover() {
    fake.recover();
  },
});
