import { describe, expect, test } from "vitest";
import { findMysqld, parseMysqlVersion } from "#artifacts/mysqld.ts";
import { debianMirror, downloadMeter } from "#artifacts/registry/debian.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";

describe("what a mysqld says of its version", () => {
  test.each([
    ["mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", "8.0.36"],
    ["/usr/sbin/mysqld  Ver 8.0.43-0ubuntu0.24.04.2 for Linux on x86_64 ((Ubuntu))", "8.0.43"],
    ["/opt/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))", "9.7.4"],
    ["mysqld  Ver 5.7.44 for Linux on x86_64 (MySQL Community Server (GPL))", "5.7.44"],
  ])("is read: %s", (text, version) => expect(parseMysqlVersion(text)).toBe(version));

  test("is none for MariaDB, which is another database", () => {
    expect(parseMysqlVersion("mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64")).toBeUndefined();
  });
});

describe("a mysqld that was named", () => {
  test.each([
    ["/nowhere/mysqld", "no such file"],
    [import.meta.filename, "a file that cannot be run"],
    ["/bin/true", "/bin/true is no MySQL"],
  ])("is refused where it is none: %s", async (file, got) => {
    await expect(findMysqld(temporaryFolder(), file)).rejects.toMatchObject({
      code: "MYSQLD_UNFIT",
      blame: "usage",
      got: expect.stringContaining(got),
    });
  });
});

describe("the mirror for Debian's packages", () => {
  const security = "http://deb.test/debian-security/|main|Debian";
  const docker = "http://docker.test/linux/debian/|stable|Docker";
  test("is Debian's own, wherever it stands, and not the security updates'", () => {
    const targets = [
      security,
      docker,
      "http://node.test/node_22.x/|main|. nodistro",
      "http://deb.test/debian/|main|Debian",
    ];
    expect(debianMirror(targets.join("\n"))).toBe("http://deb.test/debian/");
  });
  test("is the first with a section main where apt has no lists yet to tell origins by", () => {
    const targets = ["http://docker.test/linux/debian/|stable|$(ORIGIN)", "http://deb.test/debian/|main|$(ORIGIN)"];
    expect(debianMirror(targets.join("\n"))).toBe("http://deb.test/debian/");
    expect(debianMirror("")).toBeUndefined();
  });
});

describe("apt's progress", () => {
  test("becomes bytes: the total from one line, the share from many", () => {
    const told: [number, number][] = [];
    const meter = downloadMeter((done, total) => told.push([done, total]));
    meter("0 upgraded, 60 newly installed, 0 to remove and 0 not upgraded.");
    meter("Need to get 65.6 MB of archives.");
    for (const percent of ["0.0000", "12.3456", "12.9000", "100.0000"]) meter(`dlstatus:7:${percent}:Retrieving`);
    expect(told).toEqual([
      [7_872_000, 65_600_000],
      [65_600_000, 65_600_000],
    ]);
  });

  test("counts what is left where some is there already", () => {
    const told: number[] = [];
    const meter = downloadMeter((_, total) => told.push(total));
    meter("Need to get 1,024 kB/65.6 MB of archives.");
    meter("dlstatus:1:50.0:Retrieving");
    expect(told).toEqual([1_024_000]);
  });
});
