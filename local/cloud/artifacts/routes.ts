import { operation, type Service } from "../service";
import { getConfiguration, updateConfiguration } from "./configuration";
import {
  deleteContainerImage,
  getContainerImage,
  listContainerImages,
  removeContainerVersion,
} from "./images";
import {
  changeContainerRepositoryCompartment,
  createContainerRepository,
  deleteContainerRepository,
  getContainerRepository,
  listContainerRepositories,
  updateContainerRepository,
} from "./repositories";

const base = "/20160918/container";
const repository = `${base}/repositories/:repositoryId`;
const image = `${base}/images/:imageId`;

/** Artifacts and Container Images, as far as container repositories go. */
export const artifacts: Service = {
  name: "artifacts",
  operations: [
    operation("GetContainerConfiguration", "GET", `${base}/configuration`, getConfiguration),
    operation("UpdateContainerConfiguration", "PUT", `${base}/configuration`, updateConfiguration),
    operation("CreateContainerRepository", "POST", `${base}/repositories`, createContainerRepository),
    operation("ListContainerRepositories", "GET", `${base}/repositories`, listContainerRepositories),
    operation("GetContainerRepository", "GET", repository, getContainerRepository),
    operation("UpdateContainerRepository", "PUT", repository, updateContainerRepository),
    operation("DeleteContainerRepository", "DELETE", repository, deleteContainerRepository),
    operation(
      "ChangeContainerRepositoryCompartment",
      "POST",
      `${repository}/actions/changeCompartment`,
      changeContainerRepositoryCompartment,
    ),
    operation("ListContainerImages", "GET", `${base}/images`, listContainerImages),
    operation("GetContainerImage", "GET", image, getContainerImage),
    operation("DeleteContainerImage", "DELETE", image, deleteContainerImage),
    operation("RemoveContainerVersion", "POST", `${image}/actions/removeVersion`, removeContainerVersion),
  ],
  notServed: `
ChangeRepositoryCompartment POST /20160918/repositories/{repositoryId}/actions/changeCompartment
CreateContainerImageSignature POST /20160918/container/imageSignatures
CreateRepository POST /20160918/repositories
DeleteContainerImageSignature DELETE /20160918/container/imageSignatures/{imageSignatureId}
DeleteGenericArtifact DELETE /20160918/generic/artifacts/{artifactId}
DeleteGenericArtifactByPath DELETE /20160918/generic/repositories/{repositoryId}/artifactPaths/{artifactPath}/versions/{version}
DeleteRepository DELETE /20160918/repositories/{repositoryId}
GetContainerImageSignature GET /20160918/container/imageSignatures/{imageSignatureId}
GetGenericArtifact GET /20160918/generic/artifacts/{artifactId}
GetGenericArtifactByPath GET /20160918/generic/repositories/{repositoryId}/artifactPaths/{artifactPath}/versions/{version}
GetRepository GET /20160918/repositories/{repositoryId}
ListContainerImageSignatures GET /20160918/container/imageSignatures
ListGenericArtifacts GET /20160918/generic/artifacts
ListRepositories GET /20160918/repositories
LookupContainerImageByUri POST /20160918/container/images/actions/lookupImageByUri
RestoreContainerImage POST /20160918/container/images/{imageId}/actions/restore
UpdateContainerImage PUT /20160918/container/images/{imageId}
UpdateContainerImageSignature PUT /20160918/container/imageSignatures/{imageSignatureId}
UpdateGenericArtifact PUT /20160918/generic/artifacts/{artifactId}
UpdateGenericArtifactByPath PUT /20160918/generic/repositories/{repositoryId}/artifactPaths/{artifactPath}/versions/{version}
UpdateRepository PUT /20160918/repositories/{repositoryId}
`,
};
