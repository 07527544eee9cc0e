/// The JSON of an error, as a service reads it.
struct ErrorBody: Decodable {
    struct Field: Decodable {
        var field: String
        var code: String
        var message: String
    }

    var code: String
    var message: String
    var requestID: String
    var status: String?
    var errors: [Field]

    private enum CodingKeys: String, CodingKey {
        case code, message
        case requestID = "request_id"
        case status, errors
    }
}
