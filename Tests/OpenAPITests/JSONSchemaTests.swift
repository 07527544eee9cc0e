import JSON
import OpenAPI
import Testing

@Suite struct `A schema` {
    @Test(arguments: [
        (JSONSchema.boolean.orNull, #"{"type":["boolean","null"]}"#),
        (JSONSchema.choice(["a", "b"]).orNull, #"{"enum":["a","b",null],"type":["string","null"]}"#),
        (JSONSchema.reference("A").orNull, ##"{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}"##),
        (
            JSONSchema.any(of: [.boolean, .number]).orNull,
            #"{"anyOf":[{"type":"boolean"},{"type":"number"},{"type":"null"}]}"#
        ),
    ])
    func `takes null in the form that its kind needs`(schema: JSONSchema, text: String) {
        #expect(schema.json.text == text)
    }

    @Test func `of an object names what must be there, and has no other fields unless it is open`() {
        let fields: [JSONSchema.Field] = [.required("a", .integer(1...2), "One or two."), .optional("b", .anything)]
        let number = #"{"description":"One or two.","maximum":2,"minimum":1,"type":"integer"}"#
        let properties = #""properties":{"a":"# + number + #","b":{}}"#
        let strict = JSONSchema.object(fields).json.text
        #expect(strict == #"{"additionalProperties":false,"# + properties + #","required":["a"],"type":"object"}"#)
        let open = JSONSchema.object(fields, isOpen: true).json.text
        #expect(open == "{" + properties + #","required":["a"],"type":"object"}"#)
    }

    @Test func `bounds texts, lists and maps`() {
        let text = JSONSchema.string(lengthMin: 1, lengthMax: 2).json.text
        #expect(text == #"{"maxLength":2,"minLength":1,"type":"string"}"#)
        let list = JSONSchema.list(of: .boolean, countMin: 1, countMax: 2).json.text
        #expect(list == #"{"items":{"type":"boolean"},"maxItems":2,"minItems":1,"type":"array"}"#)
        let map = JSONSchema.map(to: .number, countMax: 3).json.text
        #expect(map == #"{"additionalProperties":{"type":"number"},"maxProperties":3,"type":"object"}"#)
    }
}
