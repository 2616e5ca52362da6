using Collab.Ledger.Witness;

namespace Collab.Ledger.Tests.Embedded;

/// <summary>A witness that lost its record must not vouch for a second history: it waits until every other party was compared with.</summary>
public class RecoveryTests
{
    [Fact]
    public async Task It_cosigns_nothing_while_one_party_has_not_answered()
    {
        await using var members = await LossAsync();
        members.Cut[(0, 2)] = true;
        await members.StartAsync(0);
        Assert.Equal(LedgerErrors.WitnessRecovering, OfferTo(members).Code);
        Assert.Equal(WitnessStatus.Unavailable, OfferTo(members).Status);
    }

    [Fact]
    public async Task It_cosigns_again_once_all_have_answered()
    {
        await using var members = await LossAsync();
        await members.StartAsync(0);
        Assert.NotEqual(LedgerErrors.WitnessRecovering, OfferTo(members).Code);
        members.Run(1);
        members.Run(2);
        await members.AppendFinalAsync(1); // three parties: nothing is final without this witness
        await members.UntilAsync(0, 3);
    }

    [Fact]
    public async Task It_asks_those_who_were_away_when_they_are_back()
    {
        await using var members = await LossAsync();
        members.Cut[(0, 2)] = true;
        await members.StartAsync(0);
        Assert.Equal(LedgerErrors.WitnessRecovering, OfferTo(members).Code);
        members.Cut.Clear();
        members.Run(1);
        members.Run(2);
        await members.AppendFinalAsync(1);
    }

    [Fact]
    public async Task It_refuses_a_history_shorter_than_what_others_hold()
    {
        await using var members = await LossAsync();
        await members.StartAsync(0);
        var c = members.Consortium;
        var shorter = c.SignOver(1, "another beginning");
        var request = new AddCheckpointRequest(0, [], shorter.ToBytes(), ["another beginning"u8.ToArray()]);
        Assert.Equal(WitnessStatus.Conflict, members[0].Witness(Consortium.Party(1), Consortium.Origin(1), request, null).Status);
    }

    // Two operations of party 1 are final; then party 0 loses all it holds as a witness, and the others stand still.
    private static async Task<Members> LossAsync()
    {
        var members = new Members(3);
        await members.StartAllAsync();
        await members.AppendFinalAsync(1);
        await members.AppendFinalAsync(1);
        await members.UntilAsync(0, 2);
        await members.UntilAsync(2, 2);
        for (var i = 0; i < 3; i++) await members.CloseAsync(i);
        Directory.Delete(Path.Combine(members.Folder(0), "witness"), recursive: true);
        foreach (var i in (int[])[1, 2])
            members.Open[i] = Ledger.Embedded.EmbeddedLedger.Open(members.Options(i));
        return members;
    }

    private static AddCheckpointReply OfferTo(Members members)
    {
        var log = members[1].LogOf(Consortium.Party(1));
        var request = new AddCheckpointRequest(0, [], log.Final!.ToBytes(), log.ReadEntries(0, log.Final.Size));
        return members[0].Witness(Consortium.Party(1), Consortium.Origin(1), request, null);
    }
}
