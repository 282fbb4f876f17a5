import { test } from "vitest";

// Takes the place of the whole project where no container engine listens (vitest.config.ts).
test.skipIf(process.env["FLOE_REQUIRE_DOCKER"] !== "1")(
  "the runtime of containers: skipped, no container engine answers (FLOE_REQUIRE_DOCKER=1 makes that a failure)",
  () => undefined,
);
