import * as pulumi from "@pulumi/pulumi";
import { AppImage } from "../components/appImage";
import { OcirRegistry } from "../components/ocirRegistry";
import { loadSettings } from "../configuration";
import { planBuilds } from "../images/buildPlan";
import { lookUpTenancy } from "../tenancy";

const applications = {
  fotogal: { context: "app/fotogal", target: "runtime" },
  "motando-webapp": { context: "app/motando/webapp", target: "base" },
  "dramatiq-classifiedad": { context: "app/motando/worker", target: "base" },
};
type Name = keyof typeof applications;

/** The stacks of images.ts: repositories and a login in each, and in stack `images` the three images besides. */
export = async () => {
  const { versions, baseImages } = loadSettings();
  const tenancy = await lookUpTenancy();
  const stack = pulumi.getStack();
  const names = Object.keys(applications) as Name[];
  const repositories = Object.fromEntries(names.map((name) => [name, `${stack}/${name}`]));
  const registry = await OcirRegistry.create("bench", {
    ...tenancy,
    mode: "session",
    compartmentId: tenancy.tenancyId,
    repositories,
    vulnerabilityScanning: false,
    protectData: false,
  });
  if (stack !== "images") return {};
  const requests = names.map((name) => {
    const request = { ...applications[name], version: versions[name], baseImages };
    return [name, request] as const;
  });
  const builds = await planBuilds(Object.fromEntries(requests));
  const images = Object.entries(builds).map(([name, build]) => {
    const { credentials } = registry;
    const image = new AppImage(name, { build, credentials, repository: registry.repository(name) });
    return [name, image.published] as const;
  });
  return { images: Object.fromEntries(images) };
};
