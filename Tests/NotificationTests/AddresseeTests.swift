import DomainKit
import NotificationDomain
import OrderContracts
import Testing

@testable import NotificationApplication

/// Whom a notification is for: the customer service, what it last said, the order's own contact.
@Suite struct AddresseeTests {
    private static let id = EntityID.v7()
    private static let said = Customer(
        id: id, name: "Service", email: "service@example.org", locale: LocaleTag("de-AT"),
        preferences: Preferences(isOptedOut: true))
    private static let copy = Customer(
        id: id, name: "Copy", email: "copy@example.org", locale: LocaleTag("fr"), preferences: Preferences())

    private func addressee(_ known: KnownCustomer, contact: OrderContact?) throws -> Addressee {
        let order = try someOrder(contact: contact)
        return known.addressee(of: try somePending(order))
    }

    private static let contact = OrderContact(name: "Order", email: "order@example.org")

    @Test func whatTheServiceSaysGoesFirstFieldByField() throws {
        let known = KnownCustomer(.found(Self.said), copy: Self.copy)
        let addressee = try addressee(known, contact: Self.contact)
        #expect(addressee.name == "Service" && addressee.email == "service@example.org")
        #expect(addressee.locale == LocaleTag("de-AT") && addressee.preferences.isOptedOut)
    }

    @Test(arguments: [nil, ""])
    func whatTheServiceDoesNotSayComesFromTheOrderAndNotFromWhatItOnceSaid(missing: String?) throws {
        let bare = Customer(id: Self.id, name: missing, email: missing)
        let addressee = try addressee(KnownCustomer(.found(bare), copy: Self.copy), contact: Self.contact)
        #expect(addressee.name == "Order" && addressee.email == "order@example.org" && addressee.locale == nil)
    }

    @Test func theLastKnownCopyStandsInForAServiceThatIsAway() throws {
        let known = KnownCustomer(.unavailable(reason: "timeout"), copy: Self.copy)
        let addressee = try addressee(known, contact: Self.contact)
        #expect(
            addressee.name == "Copy" && addressee.email == "copy@example.org" && addressee.locale == LocaleTag("fr"))
    }

    @Test func theOrdersContactStandsInWhereNothingWasEverSaid() throws {
        let addressee = try addressee(KnownCustomer(.unavailable(reason: "timeout"), copy: nil), contact: Self.contact)
        #expect(addressee.name == "Order" && addressee.email == "order@example.org")
        #expect(addressee.preferences == Preferences())
    }

    @Test func aCustomerWhomTheServiceDoesNotKnowAnyMoreIsNotLookedForInCopies() throws {
        let addressee = try addressee(KnownCustomer(.unknown, copy: Self.copy), contact: Self.contact)
        #expect(addressee.name == "Order" && addressee.email == "order@example.org")
    }

    @Test func withoutAnAddressOnlyWhatNeedsOneIsRefusedAndTheReasonSaysWhy() throws {
        let silent = KnownCustomer(.unavailable(reason: "it took too long"), copy: nil)
        let nobody = try addressee(silent, contact: nil)
        #expect(nobody.objection(to: .orderConfirmed, needsAddress: false) == nil)
        #expect(
            nobody.objection(to: .orderConfirmed, needsAddress: true)
                == "no e-mail address of the customer is known: it took too long")
        let unknown = try addressee(KnownCustomer(.unknown, copy: nil), contact: nil)
        #expect(
            unknown.objection(to: .orderConfirmed, needsAddress: true) == "no e-mail address of the customer is known")
    }

    @Test func anOptOutIsHonouredButForWhatMustBeTold() throws {
        let optedOut = Addressee(email: "a@example.org", preferences: Preferences(isOptedOut: true))
        #expect(optedOut.objection(to: .orderConfirmed, needsAddress: true) == "the customer does not want it")
        #expect(optedOut.objection(to: .orderCancelled, needsAddress: true) == nil)
        let choosy = Addressee(
            email: "a@example.org",
            preferences: Preferences(isOptedOut: true, kinds: [.orderConfirmed: true, .orderCancelled: false]))
        #expect(choosy.objection(to: .orderConfirmed, needsAddress: true) == nil)
        #expect(choosy.objection(to: .orderFollowUp, needsAddress: true) == "the customer does not want it")
        #expect(choosy.objection(to: .orderCancelled, needsAddress: true) == nil)
    }

    @Test(arguments: [("ann@example.org", "ann@example.org"), ("customer:1@2", nil), ("operator", nil)])
    func anAddressIsFoundInWhatWasRecordedAsTheRecipient(text: String, address: String?) {
        #expect(Recipient.address(in: text) == address)
    }
}
