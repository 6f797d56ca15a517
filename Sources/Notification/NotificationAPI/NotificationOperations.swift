import HTTPServer

/// What each route of Notification is for, and who may call it.
extension Operation {
    static let listTemplates = Operation(
        "listTemplates", "Lists templates by their keys", tag: "Templates", access: .roles([.operator, .admin]))
    static let createTemplate = Operation(
        "createTemplate", "Adds a template", tag: "Templates", access: .roles([.admin]))
    static let getTemplate = Operation(
        "getTemplate", "Shows a template", tag: "Templates", access: .roles([.operator, .admin]))
    static let changeTemplate = Operation(
        "changeTemplate", "Changes a template", tag: "Templates", access: .roles([.admin]))
    static let deleteTemplate = Operation(
        "deleteTemplate", "Removes a template", tag: "Templates", access: .roles([.admin]))
    static let listNotifications = Operation(
        "listNotifications", "Lists what customers were told, newest first", tag: "Notifications",
        access: .roles([.operator, .admin]))
    static let getCustomerData = Operation(
        "getCustomerData", "Shows all that is known here of a customer", tag: "Personal data",
        access: .roles([.customer, .admin]))
    static let eraseCustomerData = Operation(
        "eraseCustomerData", "Forgets a customer as a person", tag: "Personal data",
        access: .roles([.customer, .admin]))
}
