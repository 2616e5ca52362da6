using Collab.Jobs;
using Collab.Jobs.Governance;
using Collab.Ledger.Embedded;
using Collab.Primitives;

namespace Collab.Ledger.Tests.Embedded;

/// <summary>Votes that are not what they seem, in logs whose checkpoints are sound: none of them is a vote.</summary>
public sealed class VoteEntryTests : IDisposable
{
    private readonly Consortium _consortium = new(3);
    private readonly LedgerFold _fold;
    private readonly List<ReadOnlyMemory<byte>>[] _logs = [[], [], []];
    private readonly LedgerOperation.OpenMotion _motion;

    public VoteEntryTests()
    {
        _fold = new LedgerFold(Standing.Everybody(_consortium.Policy.Parties.Select(p => p.Party))); // two of three carry a motion
        var id = Digest.Sha256("motion"u8);
        _motion = new LedgerOperation.OpenMotion(Consortium.Party(0), id, _consortium.Clock.Now, [], id, new MotionChange.Pause(true), _consortium.Clock.Now.AddDays(1));
        Put(0, SignedOperation.Sign(_motion, _consortium.LogKeys[0]).Encode());
        Assert.False(_fold.Standing.Paused);
    }

    [Fact]
    public void A_vote_signed_by_its_author_in_its_own_log_is_one()
    {
        Put(1, SignedOperation.Sign(VoteOf(1), _consortium.LogKeys[1]).Encode());
        Assert.True(_fold.Standing.Paused);
    }

    [Fact]
    public void A_vote_copied_into_another_log_is_none()
    {
        Put(2, SignedOperation.Sign(VoteOf(1), _consortium.LogKeys[1]).Encode());
        Assert.False(_fold.Standing.Paused);
    }

    [Fact]
    public void A_vote_in_the_name_of_another_is_none_in_either_log()
    {
        var forged = SignedOperation.Sign(VoteOf(1), _consortium.LogKeys[2]).Encode();
        Put(1, forged);
        Put(2, forged);
        Assert.False(_fold.Standing.Paused);
    }

    [Fact]
    public void A_vote_with_any_bit_changed_is_none()
    {
        var vote = SignedOperation.Sign(VoteOf(1), _consortium.LogKeys[1]).Encode();
        for (var bit = 0; bit < 8 * vote.Length; bit += 7)
        {
            var altered = (byte[])vote.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Put(1, altered);
        }

        Assert.False(_fold.Standing.Paused);
    }

    [Fact]
    public void The_opener_cannot_carry_its_motion_by_saying_it_again()
    {
        for (var i = 0; i < 3; i++) Put(0, SignedOperation.Sign(VoteOf(0) with { Id = Digest.Sha256([(byte)i]) }, _consortium.LogKeys[0]).Encode());
        Put(0, SignedOperation.Sign(_motion, _consortium.LogKeys[0]).Encode());
        Assert.False(_fold.Standing.Paused);
        Assert.Equal([Consortium.Party(0)], Assert.Single(_fold.Motions).Votes);
    }

    public void Dispose() => _consortium.Dispose();

    private LedgerOperation.Vote VoteOf(int party) => new(
        Consortium.Party(party), Digest.Sha256("vote"u8), _consortium.Clock.Now.AddMinutes(1), [], _motion.Job, Motion.DigestOf(_motion));

    private void Put(int log, byte[] entry)
    {
        _logs[log].Add(entry);
        _fold.Read(_consortium.Policy.Parties[log], _logs[log].Count, (from, to) => _logs[log].GetRange((int)from, (int)(to - from)));
    }
}
