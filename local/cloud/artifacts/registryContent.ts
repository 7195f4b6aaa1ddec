import { ContainerRegistry } from "../../registry/containerRegistry";
import type { Cloud } from "../cloud";

/** The registry that holds the content; undefined when the cloud runs without one, and so without images. */
export function registryOf(cloud: Cloud): ContainerRegistry | undefined {
  return cloud.registry instanceof ContainerRegistry ? cloud.registry : undefined;
}
