import { nameOfUrn, typeOfUrn } from "./urn";

it.each([
  ["urn:pulumi:dev::p::oci:Nosql/table:Table::users", "oci:Nosql/table:Table", "users"],
  ["urn:pulumi:dev::p::p:components:Tables$oci:Nosql/index:Index::a::b", "oci:Nosql/index:Index", "a::b"],
  ["no URN", "", ""],
])("takes %s apart", (urn, type, name) => {
  expect([typeOfUrn(urn), nameOfUrn(urn)]).toEqual([type, name]);
});
