using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>Whether the receipts of the parties of a run tell of the same messages.</summary>
public static class ReceiptAgreement
{
    /// <summary>The first two parties, in the order given, of which the second did not receive line by line what the first sent; null when there are none.</summary>
    /// <param name="receipts">The receipts of all parties of one run.</param>
    public static (PartyId Sender, PartyId Receiver)? FirstMismatch(IReadOnlyList<Receipt> receipts)
    {
        foreach (var sender in receipts)
        {
            foreach (var receiver in receipts.Where(r => r.Party != sender.Party))
            {
                var sent = sender.Conversations.FirstOrDefault(c => c.Peer == receiver.Party)?.Sent;
                var received = receiver.Conversations.FirstOrDefault(c => c.Peer == sender.Party)?.Received;
                if (sent is null || received is null || !sent.SequenceEqual(received)) return (sender.Party, receiver.Party);
            }
        }

        return null;
    }
}
