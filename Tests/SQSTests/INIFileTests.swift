import Testing

@testable import SQS

@Suite struct `A shared file of AWS` {
    @Test func `has sections with settings, comments and lines that belong to others`() throws {
        let text = """
            # keys
            [default]
            AWS_Access_Key_Id=AKID ; mine
            aws_secret_access_key = a/b+c=#;d
            s3 =
              region = not-this-one

            [profile   other] # second
            region\t=\teu-west-1\t
            [default]
            region = us-west-2
            """
        let file = try INIFile(parsing: text)
        #expect(
            file.sections["default"] == [
                "aws_access_key_id": "AKID", "aws_secret_access_key": "a/b+c=#;d", "s3": "", "region": "us-west-2",
            ])
        #expect(file.sections["profile other"] == ["region": "eu-west-1"])
    }

    @Test(arguments: [
        ("secret", 1), ("[a]\nsecret-without-equals", 2), ("\n\n= secret", 3), ("[a\nb=c", 1), ("[]", 1),
        ("[a] secret", 1), ("a = secret", 1),
    ])
    func `with a line that is nothing of this is refused, and the error shows nothing of the line`(
        text: String, line: Int
    ) {
        let fault = #expect(throws: INIFile.Fault.self) { try INIFile(parsing: text) }
        #expect(fault?.line == line && fault?.reason.contains("secret") == false)
    }

    @Test func `may have the lines of Windows`() throws {
        #expect(try INIFile(parsing: "[a]\r\nb = c\r\n").sections == ["a": ["b": "c"]])
    }
}
