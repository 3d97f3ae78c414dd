import { expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { elementsOf } from "../../../src/import/xml.ts";

test("elements in their order, with attributes and lines", () => {
  const text = `<?xml version="1.0"?>
<!-- <no> -->
<a:top xmlns="x" b:k = '1"2'>
  text &lt; <![CDATA[<no/>]]>
  <leaf
     one="1" two=""/></a:top>`;
  expect(elementsOf("f", text)).toEqual([
    { name: "top", attributes: new Map([["xmlns", "x"], ["k", '1"2']]), line: 3 },
    { name: "leaf", attributes: new Map([["one", "1"], ["two", ""]]), line: 5 },
  ]); // prettier-ignore
});

test.each([
  ["<a>\n<b></a>", /f, line 2: ends a, which is not what is open/],
  ["<a>", /f: ends inside a of line 1/],
  ["<a/>\n</a>", /f, line 2: ends a/],
  ["", /f: has no element/],
  ["<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", /f, line 1: is "<!DOCTYPE a .*", no element. Give XML without a document type/],
  ["<a b=1/>", /no element/],
  ["<a><!-- ", /begins <!--, which nothing ends/],
  ["<a b='<'/>", /no element/],
  [`${"<a>".repeat(200_001)}`, /is element 200001/],
  ["x".repeat(20_000_001), /has 20000001 characters/],
])("%#", (text, message) => {
  expect(() => elementsOf("f", text)).toThrow(DataError);
  expect(() => elementsOf("f", text)).toThrow(message);
}); // prettier-ignore
