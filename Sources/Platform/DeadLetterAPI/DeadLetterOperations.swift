import HTTPServer
import JSON
import Messaging

/// What each route about dead letters is for, and who may call it.
extension Operation {
    private static func aboutDeadLetters(
        _ id: String, _ summary: String, details: String? = nil, parameters: [Parameter] = [], body: Body? = nil,
        answers: [Answer]
    ) -> Operation {
        Operation(
            id, summary, tag: "Dead letters", access: .roles([.operator, .admin]), details: details,
            parameters: parameters, body: body, answers: answers)
    }

    static let listDeadLetters = aboutDeadLetters(
        "listDeadLetters", "Lists what could not be handled, newest first",
        parameters: .page(of: [
            .query("status", .oneOf(DeadLetter.Status.self), "Only those in this state."), .ofConsumer,
        ]),
        answers: [.page(of: DeadLetterBody.schema, "The dead letters.")])

    static let getDeadLetter = aboutDeadLetters(
        "getDeadLetter", "Shows a dead letter with its message and history", parameters: [.messageID, .atConsumer],
        answers: [.json(200, DeadLetterDetailsBody.schema, "The dead letter."), .isAmbiguous])

    static let redriveDeadLetter = aboutDeadLetters(
        "redriveDeadLetter", "Sends a dead letter again", parameters: [.messageID, .atConsumer, .idempotencyKey],
        answers: [
            .json(202, DeadLetterDetailsBody.schema, "It is on its way to its consumer."),
            .isAmbiguous, .isRefused,
        ])

    static let discardDeadLetter = aboutDeadLetters(
        "discardDeadLetter", "Gives a dead letter up", parameters: [.messageID, .atConsumer],
        answers: [
            .empty(204, "Nobody waits for it any more."), .isAmbiguous, .isRefused,
        ])

    static let redriveDeadLetters = aboutDeadLetters(
        "redriveDeadLetters", "Sends many dead letters again",
        details: "The first goes alone, and the others when it was handled. `dryRun` only tells what would be sent.",
        parameters: [.idempotencyKey], body: .json(RedriveManyBody.schema),
        answers: [
            .json(200, RedrivePreviewBody.schema, "What would be sent."),
            .json(202, BulkRedriveBody.schema, "The first is on its way.", headers: [.location]),
        ])

    static let getRedrive = aboutDeadLetters(
        "getRedrive", "Shows how far a redrive of many is", parameters: [.path("redriveId", "The redrive.")],
        answers: [.json(200, BulkRedriveBody.schema, "The redrive.")])
}

extension Operation.Parameter {
    fileprivate static let messageID = path("messageId", "The message.")
    private static let consumer = JSONSchema.string(1...255, example: "stock.order-created")
    fileprivate static let ofConsumer = query("consumer", consumer, "Only those of this queue.")
    fileprivate static let atConsumer = query(
        "consumer", consumer, "The queue, where the message is dead at several consumers.")
}

extension Operation.Answer {
    fileprivate static let isAmbiguous = problem(
        .severalConsumers(["stock.order-created", "stock.order-cancelled"]),
        "The message is dead at several consumers, and the request does not say which is meant.")
    fileprivate static let isRefused = problem(
        .refused("The order is cancelled."), "It is not in a state for it, or what it belongs to was compensated.")
}
