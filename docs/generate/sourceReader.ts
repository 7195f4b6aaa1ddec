import { existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A property of an interface or class, as a reader of the documentation needs it. */
export interface Member {
  name: string;
  optional: boolean;
  /** As it stands in the source, on one line. */
  type: string;
  /** Its documentation. */
  text: string;
}

export type Shape = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** Reads types and their documentation by TypeScript's compiler: our own sources only, what packages export stays a name. */
export class SourceReader {
  private readonly program: ts.Program;
  private readonly checker: ts.TypeChecker;

  constructor(files: readonly string[]) {
    const options: ts.CompilerOptions = { noLib: true, types: [] };
    const host = ts.createCompilerHost(options, true);
    host.resolveModuleNameLiterals = (literals, from) =>
      literals.map(({ text }) => ({
        resolvedModule: text.startsWith(".") ? ownModule(text, from) : undefined,
      }));
    this.program = ts.createProgram(files, options, host);
    this.checker = this.program.getTypeChecker();
  }

  /** The exported classes of a file that can be made. */
  classes(file: string): ts.ClassDeclaration[] {
    const statements = [...(this.program.getSourceFile(file)?.statements ?? [])];
    return statements
      .filter(ts.isClassDeclaration)
      .filter((each) => has(each, ts.SyntaxKind.ExportKeyword) && !has(each, ts.SyntaxKind.AbstractKeyword));
  }

  /** All properties of a type, inherited ones too. */
  members(type: ts.TypeNode): Member[] {
    return this.checker
      .getPropertiesOfType(this.checker.getTypeFromTypeNode(type))
      .flatMap((property) => this.member(property));
  }

  /** The types of those. */
  memberTypes(type: ts.TypeNode): ts.TypeNode[] {
    return this.checker
      .getTypeFromTypeNode(type)
      .getProperties()
      .flatMap((property) => {
        const declaration = property.declarations?.at(-1);
        return declaration !== undefined && ts.isPropertySignature(declaration)
          ? (declaration.type ?? [])
          : [];
      });
  }

  membersOf(declaration: Shape): Member[] {
    const type = this.checker.getTypeAtLocation(declaration.name);
    return type.isUnion() || (type.flags & ts.TypeFlags.Object) === 0
      ? []
      : this.checker.getPropertiesOfType(type).flatMap((property) => this.member(property));
  }

  /** What a component's user reads: its own properties and methods that are neither private nor static. */
  publicMembers(declaration: ts.ClassDeclaration): Member[] {
    const fromConstructor = declaration.members
      .filter(ts.isConstructorDeclaration)
      .flatMap(({ parameters }) => parameters.filter((each) => has(each, ts.SyntaxKind.ReadonlyKeyword)));
    return [...fromConstructor, ...declaration.members]
      .filter((member) => !hidden.some((kind) => has(member, kind)))
      .flatMap((member) => {
        const symbol = member.name && this.checker.getSymbolAtLocation(member.name);
        return symbol === undefined ? [] : this.member(symbol);
      });
  }

  /** The types of those. */
  outputTypes(declaration: ts.ClassDeclaration): ts.TypeNode[] {
    return declaration.members
      .filter((member) => !hidden.some((kind) => has(member, kind)))
      .flatMap((member) => (ts.isPropertyDeclaration(member) ? (member.type ?? []) : []));
  }

  /** The interfaces and type aliases of ours that types are made of, directly or not. */
  reachable(types: readonly ts.TypeNode[]): Shape[] {
    const found = new Set<Shape>();
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node)) {
        const declaration = this.declarationOf(node.typeName)?.find(isShape);
        if (declaration !== undefined && !found.has(declaration)) {
          found.add(declaration);
          // Not what an interface extends: its properties are shown with the interface's own.
          if (ts.isInterfaceDeclaration(declaration)) declaration.members.forEach(visit);
          else visit(declaration.type);
        }
      }
      ts.forEachChild(node, visit);
    };
    types.forEach(visit);
    return [...found];
  }

  /** A declaration's documentation, with what it says of its result and its errors. */
  text(node: ts.Node): string {
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const tags = (comment?.tags ?? [])
      .filter(({ tagName }) => tagName.text === "throws" || tagName.text === "returns")
      .map((tag) => `${tag.tagName.text === "throws" ? "Fails with" : "Gives"} ${oneLine(plain(tag))}`);
    return [oneLine(plain(comment)), ...tags]
      .filter((part) => part !== "")
      .join(" ")
      .trim();
  }

  /** A type as it stands in the source; one that is taken from a list of values as these values. */
  typeText(type: ts.TypeNode): string {
    const values = this.listedValues(type);
    if (values !== undefined) return values.join(" | ");
    return oneLine(type.getText().replace(/\/\*.*?\*\//gs, ""))
      .replaceAll("pulumi.", "")
      .replace(/^\| /, "");
  }

  /** Of `(typeof LIST)[number]` the elements of LIST. */
  private listedValues(type: ts.TypeNode): string[] | undefined {
    if (!ts.isIndexedAccessTypeNode(type)) return undefined;
    const list = ts.isParenthesizedTypeNode(type.objectType) ? type.objectType.type : type.objectType;
    if (!ts.isTypeQueryNode(list)) return undefined;
    const declaration = this.declarationOf(list.exprName)?.find(ts.isVariableDeclaration);
    const value = declaration?.initializer;
    const literal = value !== undefined && ts.isAsExpression(value) ? value.expression : value;
    return literal !== undefined && ts.isArrayLiteralExpression(literal)
      ? literal.elements.map((each) => each.getText())
      : undefined;
  }

  private member(symbol: ts.Symbol): Member[] {
    // In an intersection the last word is the narrowest.
    const declaration = symbol.declarations?.at(-1);
    if (declaration === undefined) return [];
    const name = symbol.getName();
    // With what the class's interface says, where the class itself says nothing.
    const text = oneLine(ts.displayPartsToString(symbol.getDocumentationComment(this.checker)));
    if (ts.isMethodDeclaration(declaration)) {
      const parameters = declaration.parameters.map((each) => oneLine(each.getText())).join(", ");
      const type = declaration.type === undefined ? "" : this.typeText(declaration.type);
      return [{ name: `${name}(${parameters})`, optional: false, type, text }];
    }
    const typed =
      ts.isPropertySignature(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isParameter(declaration);
    if (!typed || declaration.type === undefined) return [];
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    return [{ name, optional, type: this.typeText(declaration.type), text }];
  }

  private declarationOf(name: ts.Node): ts.Declaration[] | undefined {
    const symbol = this.checker.getSymbolAtLocation(name);
    if (symbol === undefined) return undefined;
    const target =
      (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.checker.getAliasedSymbol(symbol);
    return target.declarations;
  }
}

const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.StaticKeyword];

function has(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return (
    ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) === true
  );
}

function isShape(declaration: ts.Declaration): declaration is Shape {
  return ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
}

function ownModule(text: string, from: string): ts.ResolvedModuleFull | undefined {
  const file = path.resolve(path.dirname(from), text);
  const resolvedFileName = [`${file}.ts`, path.join(file, "index.ts")].find((candidate) =>
    existsSync(candidate),
  );
  return resolvedFileName === undefined ? undefined : { resolvedFileName, extension: ts.Extension.Ts };
}

function plain(documented: ts.JSDoc | ts.JSDocTag | undefined): string {
  return ts.getTextOfJSDocComment(documented?.comment) ?? "";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
