import Store

extension StoreError {
    var isUnavailable: Bool {
        if case .unavailable = self { true } else { false }
    }

    var isUnusable: Bool {
        if case .unusable = self { true } else { false }
    }
}
