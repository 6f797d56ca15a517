import HTTPServer

/// What each route about dead letters is for, and who may call it.
extension Operation {
    private static func aboutDeadLetters(_ id: String, _ summary: String) -> Operation {
        Operation(id, summary, tag: "Dead letters", access: .roles([.operator, .admin]))
    }

    static let listDeadLetters = aboutDeadLetters("listDeadLetters", "Lists what could not be handled, newest first")
    static let getDeadLetter = aboutDeadLetters("getDeadLetter", "Shows a dead letter with its message and history")
    static let redriveDeadLetter = aboutDeadLetters("redriveDeadLetter", "Sends a dead letter again")
    static let discardDeadLetter = aboutDeadLetters("discardDeadLetter", "Gives a dead letter up")
    static let redriveDeadLetters = aboutDeadLetters("redriveDeadLetters", "Sends many dead letters again")
    static let getRedrive = aboutDeadLetters("getRedrive", "Shows how far a redrive of many is")
}
