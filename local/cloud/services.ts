import { artifacts } from "./artifacts/routes";
import { functionsService } from "./functions/routes";
import { identity } from "./identity/routes";
import { logging } from "./logging/routes";
import { nosql } from "./nosql/routes";
import { objectStorage } from "./objectStorage/routes";
import { scanning } from "./scanning/routes";
import type { Service } from "./service";

/** Every service of the local cloud. */
export const services: Service[] = [
  identity,
  objectStorage,
  nosql,
  logging,
  artifacts,
  functionsService,
  scanning,
];
