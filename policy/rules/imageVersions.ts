import { ImageReferenceError, parseImageReference } from "../../formats/imageReference";
import { imageTagProblem } from "../../formats/imageTag";
import { called, type ResourceRule } from "../rule";

export const imageVersions: ResourceRule = {
  name: "image-versions",
  description: "An image's tag is a strict semantic version.",
  problems(resource) {
    if (resource.type !== "docker:index/image:Image") return [];
    const problem = versionProblem(String(resource.props.imageName));
    return problem === undefined ? [] : [`${called(resource)} has a wrong tag: ${problem}.`];
  },
};

function versionProblem(imageName: string): string | undefined {
  try {
    const { tag } = parseImageReference(imageName);
    return tag === undefined
      ? 'none, which means "latest"; write one, such as "1.0.0"'
      : imageTagProblem(tag);
  } catch (error) {
    if (error instanceof ImageReferenceError) return error.message.replace(/\.$/, "");
    throw error;
  }
}
