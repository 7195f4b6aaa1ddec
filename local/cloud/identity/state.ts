import type { models } from "oci-identity";
import { defineKind } from "../store";
import type { Wire } from "../wire";

export type Compartment = Wire<models.Compartment>;
export type LifecycleState = Compartment["lifecycleState"];

export type Policy = Wire<models.Policy>;

export type Group = Wire<models.Group>;
export type DynamicGroup = Wire<models.DynamicGroup>;

export interface AuthTokenDocument {
  token: Wire<Omit<models.AuthToken, "token">>;
  /** Base64. The token itself is shown once and not kept. */
  salt: string;
  hash: string;
}

export const compartments = defineKind<Compartment>("compartment");
export const authTokens = defineKind<AuthTokenDocument>("authToken");
export const policies = defineKind<Policy>("policy");
export const groups = defineKind<Group>("group");
export const dynamicGroups = defineKind<DynamicGroup>("dynamicGroup");
