import type * as pulumi from "@pulumi/pulumi";
import type { DeployedFunction, FunctionPlace } from "../deployedFunctions";
import {
  findFor,
  FunctionSource,
  readingProblems,
  type RecoveredSource,
  type SourceReading,
} from "./functionSource";
import { ValidatedComponent } from "./validatedComponent";

export interface ApplicationSourcesArgs extends SourceReading {
  /** The functions, as `findFunctions` found them. */
  functions: readonly DeployedFunction[];
}

/** The sources of an application's functions, each recovered on its own. */
export class ApplicationSources extends ValidatedComponent {
  /** By the functions' names. */
  readonly sources: Record<string, RecoveredSource>;

  /**
   * Finds the functions, in the region of `options.provider`, and recovers their sources: those that `function` names, or all.
   * @throws pulumi.RunError where one that is named cannot be found or has no image of its own.
   */
  static async create(
    name: string,
    args: FunctionPlace & SourceReading,
    options?: pulumi.ComponentResourceOptions,
  ): Promise<ApplicationSources> {
    const functions = await findFor(`ApplicationSources "${name}"`, args, options);
    return new ApplicationSources(name, { ...args, functions }, options);
  }

  constructor(name: string, args: ApplicationSourcesArgs, options?: pulumi.ComponentResourceOptions) {
    super("ApplicationSources", name, readingProblems(args), options);
    const { functions, ...reading } = args;
    this.sources = Object.fromEntries(
      functions.map((deployed) => {
        const child = new FunctionSource(
          `${name}-${deployed.name}`,
          { ...reading, deployed },
          { parent: this },
        );
        return [deployed.name, child.source];
      }),
    );
    this.registerOutputs({ functions: Object.keys(this.sources) });
  }
}
