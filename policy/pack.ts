import { PolicyPack } from "@pulumi/policy";
import { resourcePolicy, stackPolicy } from "./policies";
import { budget } from "./rules/budget";
import { imageVersions } from "./rules/imageVersions";
import { immutableTags } from "./rules/immutableTags";
import { knownRegions } from "./rules/knownRegions";
import { plainSecrets } from "./rules/plainSecrets";
import { privateAccess } from "./rules/privateAccess";
import { protectedData } from "./rules/protectedData";
import { stackTags } from "./rules/stackTags";
import { readStackConfiguration } from "./stackConfiguration";

const configuration = readStackConfiguration();

new PolicyPack("fotogal-motando", {
  enforcementLevel: "mandatory",
  policies: [
    resourcePolicy(privateAccess, configuration),
    resourcePolicy(immutableTags, configuration),
    resourcePolicy(imageVersions, configuration),
    resourcePolicy(plainSecrets, configuration),
    resourcePolicy(protectedData, configuration),
    resourcePolicy(knownRegions, configuration),
    resourcePolicy(stackTags, configuration),
    stackPolicy(budget),
  ],
});
