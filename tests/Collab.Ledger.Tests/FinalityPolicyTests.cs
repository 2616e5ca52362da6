using Collab.Ledger.Notes;
using Collab.Primitives;

namespace Collab.Ledger.Tests;

public class FinalityPolicyTests
{
    [Theory] // the table of LEDGER.md, section 10: parties, w, colluders withstood, silent tolerated
    [InlineData(2, null, 1, 0, 0), InlineData(3, null, 2, 1, 0), InlineData(4, null, 2, 0, 1), InlineData(4, 3, 3, 2, 0)]
    [InlineData(5, null, 3, 1, 1), InlineData(7, null, 4, 1, 2)]
    public void The_rule_is_that_of_the_table(int parties, int? asked, int w, int colluders, int silent)
    {
        using var consortium = new Consortium(parties, asked);
        var policy = consortium.Policy;
        Assert.Equal((w, colluders, silent), (policy.CosignaturesRequired, policy.ColludersWithstood, policy.SilentTolerated));
    }

    [Theory, InlineData(1, null), InlineData(2, 0), InlineData(2, 2), InlineData(3, 1), InlineData(3, 3), InlineData(4, 1), InlineData(5, 2)]
    public void An_unsafe_or_unreachable_rule_is_refused(int parties, int? w) =>
        Assert.Equal(LedgerErrors.PolicyUnsafe, Assert.Throws<CollabException>(() => new Consortium(parties, w)).Code);

    [Fact]
    public void Two_parties_may_not_share_a_key_a_log_or_a_name()
    {
        using var c = new Consortium(3);
        var (a, b) = (c.Member(0), c.Member(1));
        foreach (var twin in (LedgerParty[])[b with { Witness = a.Witness }, b with { Log = a.Log }, b with { Origin = a.Origin }, b with { Party = a.Party }, b with { Log = a.Witness }])
            Assert.Equal(LedgerErrors.PolicyUnsafe, Assert.Throws<CollabException>(() => FinalityPolicy.Create([a, twin])).Code);
    }

    [Fact]
    public void Only_cosignatures_of_enough_others_make_a_checkpoint_final()
    {
        using var c = new Consortium(4);
        var bare = c.SignOver(0, "x");
        Assert.False(c.Policy.IsFinal(bare));
        Assert.False(c.Policy.IsFinal(bare.CosignedBy(c.WitnessSigner(0)).CosignedBy(c.WitnessSigner(1)))); // the author's does not count
        var both = bare.CosignedBy(c.WitnessSigner(1)).CosignedBy(c.WitnessSigner(2));
        Assert.True(c.Policy.IsFinal(both));
        Assert.Equal([Consortium.Party(1), Consortium.Party(2)], c.Policy.Judge(both).Cosigned.Select(by => by.Party));
        Assert.Equal(c.Clock.Now, c.Policy.Judge(both).Cosigned[0].Time);
        var one = bare.CosignedBy(c.WitnessSigner(1));
        Assert.False(c.Policy.IsFinal(SignedCheckpoint.Parse([.. one.ToBytes(), .. System.Text.Encoding.UTF8.GetBytes($"{one.Note.Signatures[1]}\n")])));
    }

    [Fact]
    public void A_checkpoint_without_its_authors_signature_or_with_a_bad_cosignature_is_not_final()
    {
        using var c = new Consortium(2);
        var cosigned = c.SignOver(0, "x").CosignedBy(c.WitnessSigner(1));
        Assert.True(c.Policy.IsFinal(cosigned));
        Assert.False(c.Policy.IsFinal(cosigned.OnlyWith(s => s.Name != Consortium.Origin(0))));
        var other = c.SignOver(0, "y").CosignedBy(c.WitnessSigner(1)).Note.Signatures[1];
        Assert.False(c.Policy.IsFinal(c.SignOver(0, "x").With(other)));
        Assert.False(c.Policy.IsFinal(cosigned.With(other)));
    }

    [Fact]
    public void A_log_nobody_knows_is_never_final()
    {
        using var c = new Consortium(2);
        var checkpoint = SignedCheckpoint.Sign(new Checkpoint("stranger.example/log", 0, Collab.Ledger.Merkle.MerkleTree.EmptyRoot), c.LogSigner(0));
        Assert.False(c.Policy.IsFinal(checkpoint.CosignedBy(c.WitnessSigner(1))));
    }
}
