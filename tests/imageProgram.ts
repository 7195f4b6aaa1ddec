import * as pulumi from "@pulumi/pulumi";
import { AppImage } from "../components/appImage";
import { RegistryCredentials } from "../components/registryCredentials";
import { planBuilds } from "../images/buildPlan";
import { answerOf } from "../lookup";
import type { ImageRequest } from "./imageRequest";

/** The stack of images.test.ts that has one image and nothing around it. */
export = async () => {
  const { repository, login, build } = new pulumi.Config("image").requireObject<ImageRequest>("request");
  const builds = await answerOf(planBuilds({ app: build }));
  const credentials = await RegistryCredentials.create("registry", login);
  return { image: new AppImage("app", { repository, credentials, build: builds.app }).published };
};
