import { called, type ResourceRule } from "../rule";

export const privateAccess: ResourceRule = {
  name: "private-access",
  description: "Repositories and buckets are private.",
  problems(resource) {
    const { accessType, isPublic } = resource.props;
    switch (resource.type) {
      case "oci:ObjectStorage/bucket:Bucket":
        // OCI's default is private.
        return accessType === undefined || accessType === "NoPublicAccess"
          ? []
          : [
              `${called(resource)} lets everybody on the internet read it (accessType "${accessType as string}"): write accessType: "NoPublicAccess" where the program makes it.`,
            ];
      case "oci:Artifacts/containerRepository:ContainerRepository":
        return isPublic === true
          ? [
              `${called(resource)} lets everybody on the internet pull its images: write isPublic: false where the program makes it.`,
            ]
          : [];
      default:
        return [];
    }
  },
};
