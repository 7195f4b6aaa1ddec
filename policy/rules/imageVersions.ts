import { parseImageReference } from "../../formats/imageReference";
import { imageTagProblem } from "../../formats/imageTag";
import { called, type ResourceRule } from "../rule";

export const imageVersions: ResourceRule = {
  name: "image-versions",
  description: "An image's tag is a strict semantic version.",
  problems(resource) {
    if (resource.type !== "docker:index/image:Image") return [];
    const { tag } = parseImageReference(String(resource.props.imageName));
    const problem =
      tag === undefined ? 'has none, which means "latest"; write one, such as "1.0.0"' : imageTagProblem(tag);
    return problem === undefined ? [] : [`The tag of ${called(resource)} ${problem}.`];
  },
};
