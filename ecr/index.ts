export { ecrLogin, type EcrLogin } from "./login";
export {
  createRepository,
  deleteRepository,
  diffRepository,
  type EcrRepositoryInputs,
  type EcrRepositoryState,
  readRepository,
  updateRepository,
} from "./repository";
