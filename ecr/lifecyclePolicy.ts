/** What ECR deletes by itself, some hours after an image has come to match. */
export interface ImageLifecycle {
  /** How many images with a tag stay, the newest by their push; at least 1. Default all. */
  keepLast?: number;
  /** Days after which an image without a tag goes; at least 1. Default never. */
  untaggedAfterDays?: number;
}

/** The policy document; empty where nothing is to be deleted. */
export function lifecyclePolicy({ keepLast, untaggedAfterDays }: ImageLifecycle = {}): string {
  const rules = [
    ...(untaggedAfterDays === undefined
      ? []
      : [
          rule("untagged images, by age", {
            tagStatus: "untagged",
            countType: "sinceImagePushed",
            countUnit: "days",
            countNumber: untaggedAfterDays,
          }),
        ]),
    ...(keepLast === undefined
      ? []
      : [
          rule("all but the newest tagged images", {
            tagStatus: "tagged",
            tagPatternList: ["*"],
            countType: "imageCountMoreThan",
            countNumber: keepLast,
          }),
        ]),
  ];
  if (rules.length === 0) return "";
  return JSON.stringify({ rules: rules.map((each, index) => ({ rulePriority: index + 1, ...each })) });
}

function rule(description: string, selection: object): object {
  return { description, selection, action: { type: "expire" } };
}

/** One clause for each thing that is wrong. */
export function lifecycleProblems(lifecycle: ImageLifecycle = {}): string[] {
  return (["keepLast", "untaggedAfterDays"] as const).flatMap((key) => {
    const value = lifecycle[key];
    return value === undefined || (Number.isInteger(value) && value >= 1)
      ? []
      : [`lifecycle.${key} ${value} is out of range; write a whole number from 1`];
  });
}
