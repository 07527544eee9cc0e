import Foundation
import JSON
import Messaging

/// A line of a file that `belfry dead export` has written, as far as it is checked before anything is sent.
struct LetterLine: Decodable {
    private var id: DeadLetterID
    private var queue: String
    private var origin: [String: String?]
    private var headers: [String: String]
    private var body: String?
    private var bodyBase64: String?
    private var bodyIsCut: Bool?

    /// Why the line can't be replayed, with the column if that helps; nil if it can.
    static func fault(in line: [UInt8]) -> (column: Int?, message: String)? {
        do {
            let letter = try JSONDecoding.decode(Self.self, from: line, limits: .trusted)
            return letter.fault.map { (nil, $0) }
        } catch {
            let field = error.path.isEmpty ? "" : "\(error.path): "
            return (error.column, "this is no letter of an export: \(field)\(error.message)")
        }
    }

    private var fault: String? {
        guard WorkQueue(rawValue: queue)?.hasDeadLetters == true else {
            return "/queue: “\(queue.prefix(64))” is no queue with dead letters"
        }
        switch (body, bodyBase64) {
        case (nil, nil): return "the body is missing: only lines of belfry dead export have it"
        case (_?, _?): return "there are both body and body_base64: keep one of them"
        case (nil, let text?) where Data(base64Encoded: text) == nil: return "/body_base64: this is not base64"
        default: break
        }
        guard bodyIsCut != true else {
            return "the body is cut off: remove the line, and replay the letter from its queue (belfry dead replay ID)"
        }
        return nil
    }

    private enum CodingKeys: String, CodingKey {
        case id, queue, origin, headers, body
        case bodyBase64 = "body_base64"
        case bodyIsCut = "body_is_cut"
    }
}
