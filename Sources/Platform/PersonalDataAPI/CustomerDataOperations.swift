import HTTPServer
import JSON

/// What each route about personal data is for, and who may call it.
extension Operation {
    static func getCustomerData(as record: JSONSchema) -> Operation {
        Operation(
            "getCustomerData", "Shows all that is known here of a customer", tag: "Personal data",
            access: .roles([.customer, .admin]), parameters: [.customerID],
            answers: [.json(200, record, "What is known.")])
    }

    static func eraseCustomerData(details: String?) -> Operation {
        Operation(
            "eraseCustomerData", "Forgets a customer as a person", tag: "Personal data",
            access: .roles([.customer, .admin]), details: details, parameters: [.customerID],
            answers: [.empty(204, "Nothing personal is known here any more.")])
    }
}

extension Operation.Parameter {
    fileprivate static let customerID = path("customerId", "The customer.")
}
