import { AppLogGroup } from "./appLogGroup";
import { ofType, read, runMocked } from "./testing/mockStack";

const names = {
  compartmentId: "ocid1.compartment",
  groupName: "fotogal_loggroup",
  logName: "fotogal_customlog_app",
};

it("makes a group with one enabled custom log", async () => {
  const { result, registered } = await runMocked(() => new AppLogGroup("fotogal", names));
  expect(registered).toHaveLength(3);
  expect(ofType(registered, "LogGroup")[0]).toMatchObject({
    protect: true,
    inputs: { compartmentId: "ocid1.compartment", displayName: "fotogal_loggroup" },
  });
  expect(ofType(registered, "Log")[0]).toMatchObject({
    name: "fotogal-app",
    parent: "fotogal-motando:components:AppLogGroup fotogal",
    inputs: {
      logGroupId: "ocid1.fotogal",
      displayName: "fotogal_customlog_app",
      logType: "CUSTOM",
      isEnabled: true,
      retentionDuration: 30,
    },
  });
  expect((await read(result.logId)).value).toBe("ocid1.fotogal-app");
  expect((await read(result.logGroupId)).value).toBe("ocid1.fotogal");
});

it.each([0, 31, 45, 210, -30, NaN])(
  "refuses a retention of %d days, with all else that is wrong",
  async (retentionDays) => {
    const { registered } = await runMocked(() => {
      expect(() => new AppLogGroup("fotogal", { ...names, groupName: "9", retentionDays })).toThrow(
        `groupName "9" is not 1 to 256 characters with a letter or "_" first\n  retentionDays is ${retentionDays}; give 30,`,
      );
    });
    expect(registered).toHaveLength(1);
  },
);
