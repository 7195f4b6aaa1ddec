import { asText } from "../../shared/values";
import type { Body, FunctionRow, ResourceRow } from "../row";
import {
  as,
  flag,
  list,
  object,
  replaces,
  required,
  single,
  state,
  systemTags,
  tags,
  text,
  time,
  unsent,
  whole,
  wholeText,
  type Fields,
} from "../shape";
import { artifacts, segment, toCompartment } from "./services";

const readmeFields: Fields = { content: required(text), format: required(text) };

const repositoryOutputs: Fields = {
  billableSizeInGbs: as("billableSizeInGBs", wholeText),
  createdBy: text,
  imageCount: whole,
  layerCount: whole,
  layersSizeInBytes: wholeText,
  namespace: text,
  ...state,
  ...systemTags,
  timeCreated: time,
  timeLastPushed: time,
};

const containerRepository: ResourceRow = {
  type: "oci:Artifacts/containerRepository:ContainerRepository",
  noun: "container repository",
  service: artifacts,
  inputs: {
    compartmentId: required(text),
    ...tags,
    displayName: required(replaces(text)),
    isImmutable: flag,
    isPublic: flag,
    readme: object(readmeFields),
  },
  outputs: repositoryOutputs,
  collection: () => "/repositories",
  item: (id) => `/repositories/${segment(id)}`,
  move: toCompartment,
};

const containerConfiguration: ResourceRow = {
  type: "oci:Artifacts/containerConfiguration:ContainerConfiguration",
  noun: "container configuration",
  service: artifacts,
  inputs: { compartmentId: required(unsent(text)), isRepositoryCreatedOnFirstPush: required(flag) },
  outputs: { namespace: text },
  collection: () => "/configuration",
  item: (id) => `/configuration?compartmentId=${segment(id)}`,
  id: ({ compartmentId }) => asText(compartmentId),
  // A tenancy always has its configuration: making it is setting it, and removing it leaves it as it is.
  async create(session, values, signal): Promise<Body> {
    const { isRepositoryCreatedOnFirstPush, compartmentId } = values;
    const { body } = await session.call({
      service: artifacts,
      method: "PUT",
      path: `/configuration?compartmentId=${segment(compartmentId)}`,
      body: { isRepositoryCreatedOnFirstPush },
      doing: "set the container configuration",
      signal,
    });
    return body as Body;
  },
  keeps: () => "The container configuration belongs to the tenancy and stays as it is.",
};

const imageFields: Fields = {
  compartmentId: text,
  createdBy: text,
  ...tags,
  digest: text,
  displayName: text,
  id: text,
  layers: list(object({ digest: text, sizeInBytes: wholeText, timeCreated: time })),
  layersSizeInBytes: wholeText,
  manifestSizeInBytes: whole,
  pullCount: wholeText,
  repositoryId: text,
  repositoryName: text,
  ...state,
  ...systemTags,
  timeCreated: time,
  timeLastPulled: time,
  version: text,
  versions: list(object({ createdBy: text, timeCreated: time, version: text })),
};

const imageArguments: Fields = {
  compartmentId: required(text),
  compartmentIdInSubtree: flag,
  displayName: text,
  imageDigest: text,
  imageId: text,
  isVersioned: flag,
  repositoryId: text,
  repositoryName: text,
  state: as("lifecycleState", text),
  version: text,
};

const getContainerImages: FunctionRow = {
  token: "oci:Artifacts/getContainerImages:getContainerImages",
  service: artifacts,
  inputs: imageArguments,
  path: () => "/images",
  query: imageArguments,
  result: {
    kind: "many",
    as: "containerImageCollections",
    fields: imageFields,
    collection: { remainingItemsCount: whole },
  },
};

const repositoryArguments: Fields = {
  compartmentId: required(text),
  compartmentIdInSubtree: flag,
  displayName: text,
  isPublic: flag,
  repositoryId: text,
  state: as("lifecycleState", text),
};

const getContainerRepositories: FunctionRow = {
  token: "oci:Artifacts/getContainerRepositories:getContainerRepositories",
  service: artifacts,
  inputs: repositoryArguments,
  path: () => "/repositories",
  query: repositoryArguments,
  result: {
    kind: "many",
    as: "containerRepositoryCollections",
    fields: {
      compartmentId: text,
      ...tags,
      displayName: text,
      id: text,
      isImmutable: flag,
      isPublic: flag,
      readmes: as("readme", single(readmeFields)),
      ...repositoryOutputs,
    },
    collection: {
      imageCount: whole,
      layerCount: whole,
      layersSizeInBytes: wholeText,
      remainingItemsCount: whole,
      repositoryCount: whole,
    },
  },
};

export const artifactsResources = [containerRepository, containerConfiguration];
export const artifactsFunctions = [getContainerImages, getContainerRepositories];
