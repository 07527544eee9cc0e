import Foundation
import TestServers
import Yams

/// One alert of deploy/prometheus/belfry.rules.yaml.
struct AlertRule: Sendable {
    var name: String
    var expression: String
    var severity: String?
    var summary: String?
    var description: String?

    /// A metric in the expression, with what is asked of its labels.
    struct Use: Sendable {
        var metric: String
        /// The labels, each with the values that it is compared with.
        var labels: [String: [String]]
    }

    /// The metrics of Belfry and of RabbitMQ in the expression. The series of a histogram have the histogram's name.
    var uses: [Use] {
        expression.matches(of: /((?:belfry|rabbitmq)_[a-z_]+)(?:\{([^}]*)\})?/).map { match in
            let matchers = (match.2.map(String.init) ?? "").matches(of: /([a-z]+)(?:=~|!~|!=|=)"([^"]*)"/)
            let labels = matchers.map { (String($0.1), [String($0.2)]) }
            let metric = String(match.1).replacing(/_bucket$|_sum$|_count$/, with: "")
            return Use(metric: metric, labels: Dictionary(labels) { $0 + $1 })
        }
    }

    static func all() throws -> [AlertRule] {
        let text = try String(contentsOfFile: "\(Project.root)/deploy/prometheus/belfry.rules.yaml", encoding: .utf8)
        let groups = try Yams.compose(yaml: text)?["groups"]
        return groups.items.flatMap { $0["rules"].items }.map { rule in
            AlertRule(
                name: rule["alert"]?.string ?? "", expression: rule["expr"]?.string ?? "",
                severity: rule["labels"]?["severity"]?.string, summary: rule["annotations"]?["summary"]?.string,
                description: rule["annotations"]?["description"]?.string)
        }
    }
}
