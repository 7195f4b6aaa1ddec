import type { MockStack } from "./mockStack";

export const digest = `sha256:${"b".repeat(64)}`;
export const place = {
  tenancyId: "ocid1.tenancy",
  compartment: "cmp-functions",
  application: "fn app sample 001",
  function: "fn sample 001",
};
export const compartment = { id: "ocid1.compartment", name: "cmp-functions", state: "ACTIVE" };
export const application = {
  id: "ocid1.app",
  displayName: "fn app sample 001",
  state: "ACTIVE",
  shape: "GENERIC_X86",
};
export const deployed = {
  id: "ocid1.fn",
  displayName: "fn sample 001",
  state: "ACTIVE",
  image: "iad.ocir.io/ns/bucket/sample:0.0.8",
  imageDigest: digest,
  sourceDetails: [],
};
export const extracted = {
  files: [{ path: "func.py", size: 3, sha256: "c".repeat(64), mode: "0644" }],
  text: { "func.py": "pass" },
  archive: "eA==",
  warnings: [],
  layers: [],
};

/** What the cloud holds, and what the extractor prints. */
export interface Deployment {
  compartments?: object[];
  applications?: object[];
  functions?: object[];
  stdout?: object;
}

export function deployment({
  compartments = [compartment],
  applications = [application],
  functions = [deployed],
  stdout = extracted,
}: Deployment = {}): Pick<Required<MockStack>, "outputs" | "calls"> {
  return {
    outputs: { "command:local:Command": { stdout: JSON.stringify(stdout) } },
    calls: {
      getCompartments: () => ({ compartments }),
      getApplications: () => ({ applications }),
      getFunctions: () => ({ functions }),
    },
  };
}
