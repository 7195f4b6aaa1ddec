import { writeFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "../../local/toolchain/paths";
import { COMPONENTS_PAGE, componentsPage } from "./componentsPage";

writeFileSync(path.join(projectRoot, COMPONENTS_PAGE), componentsPage(projectRoot));
console.log(`${COMPONENTS_PAGE} is written.`);
