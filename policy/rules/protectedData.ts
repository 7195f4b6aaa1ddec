import { DATA_STORES } from "../../formats/dataStores";
import { called, type ResourceRule } from "../rule";

export interface ProtectedDataSettings {
  /** Stacks to play with. */
  except: string[];
}

export const protectedData: ResourceRule<ProtectedDataSettings> = {
  name: "protected-data",
  description: "What holds data cannot be deleted by mistake.",
  schema: { properties: { except: { type: "array", items: { type: "string" }, default: ["local"] } } },
  problems(resource, { except }) {
    const { type, stack, project, protect } = resource;
    if (!DATA_STORES.includes(type) || except.includes(stack) || protect) return [];
    return [
      `${called(resource)} holds data and could be deleted by mistake: type \`pulumi config set ${project}:protect true -s ${stack}\`, and leave protectData out where the program sets it to false.`,
    ];
  },
};
