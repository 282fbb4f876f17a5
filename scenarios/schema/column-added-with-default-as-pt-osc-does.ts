import { accounts, defineScenario, faults, mixed } from "floe";

export default defineScenario({
  story:
    "A column with a default is added the way pt-online-schema-change does it: triggers keep a copy of the table up to date, and the copy takes the table's name. Only the table's own rows are captured, and the default of those that nobody touches afterwards is in no event: nine rows have 7 in MySQL and NULL in the lake. Plain ALTER TABLE comes to the same.",
  source: accounts(),
  workload: mixed({ writers: 1, operationsPerSecond: 60, operations: 300 }),
  faults: [
    faults.mysql.sql({
      statements: [
        "CREATE TABLE _branches_new LIKE branches",
        "ALTER TABLE _branches_new ADD COLUMN tier INT NOT NULL DEFAULT 7",
        "CREATE TRIGGER pt_osc_upd AFTER UPDATE ON branches FOR EACH ROW REPLACE INTO _branches_new (id, city, code, plan) VALUES (NEW.id, NEW.city, NEW.code, NEW.plan)",
        "INSERT LOW_PRIORITY IGNORE INTO _branches_new (id, city, code, plan) SELECT id, city, code, plan FROM branches LOCK IN SHARE MODE",
        "UPDATE branches SET city = 'Meanwhile' WHERE id = 2",
        "RENAME TABLE branches TO _branches_old, _branches_new TO branches",
        "DROP TABLE _branches_old",
        "UPDATE branches SET city = 'Moved' WHERE id = 1",
      ],
      when: { afterOperations: 100 },
    }),
  ],
  expect: { "value-changed": 9 },
});
