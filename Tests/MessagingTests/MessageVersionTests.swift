import Messaging
import Testing

@Suite struct `The version of a message` {
    @Test(arguments: [nil, "1"])
    func `is one that this program reads if the message names none, or the first`(text: String?) {
        var headers = ["belfry-note": "kept"]
        headers[Header.messageVersion] = text
        #expect(MessageVersion.fault(in: headers) == nil)
    }

    @Test func `is refused with what to do if it is newer`() {
        #expect(
            MessageVersion.fault(in: [Header.messageVersion: "2"])
                == "it has version 2, and this program reads up to 1: upgrade this program, then replay it")
    }

    @Test(arguments: ["", "0", "-1", "one", "1.0", "99999999999999999999"])
    func `is refused if it is no number`(text: String) {
        #expect(MessageVersion.fault(in: [Header.messageVersion: text])?.contains("is not a number from 1 on") == true)
    }
}
