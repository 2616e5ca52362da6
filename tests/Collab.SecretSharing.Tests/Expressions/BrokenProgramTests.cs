using Collab.Channels;
using Collab.Primitives;
using Collab.SecretSharing.Expressions;
using Collab.Testing;

namespace Collab.SecretSharing.Tests.Expressions;

/// <summary>A whole program of two parties with every one of its messages lost, cut, changed, repeated, late, or the connection closed in its place.</summary>
public sealed class BrokenProgramTests
{
    private static readonly PartyId[] Names = [TwoParty.Sender, TwoParty.Receiver];
    private static readonly JointProgram Program = JointProgram.Create(
        "open r = max(x)", Names, [new("x", null, 0, -10, 10)], [9, 9]);

    private static readonly Digest Context = Digest.Of("collab.test.broken-program", []);

    [Fact]
    public async Task No_broken_message_gives_a_result_to_both_or_a_wrong_one_to_either()
    {
        var whole = await TwoParty.RunAsync(channel => PartAsync(channel, 0), channel => PartAsync(channel, 1));
        Assert.Equal(["8"], whole.Sender!.SelectMany(r => r.Texts));
        var (sent, received) = ((int)whole.Usage.MessagesSent, (int)whole.Usage.MessagesReceived);
        Assert.True(sent > 8 && received > 8);
        foreach (var (message, kind, byReceiver) in Faults.Every(sent, received))
        {
            var results = new string?[2];
            var (first, second) = await TwoParty.FailAsync(channel => KeepAsync(channel, 0, results), channel => KeepAsync(channel, 1, results), Faults.At(message, kind, byReceiver));
            var isLast = message >= (byReceiver ? received : sent) - 1;
            Assert.True(first is not null || second is not null || (kind == FaultKind.Reorder && isLast), $"{kind} of message {message}{(byReceiver ? " of the second" : "")} went unnoticed");
            if (first is null) Assert.Equal("8", results[0]); // a party fails too where it learns at the end that what it sent came otherwise
            if (second is null) Assert.Equal("8", results[1]);
            foreach (var failure in new[] { first, second }.OfType<Exception>())
                Assert.True(failure is CollabException or OperationCanceledException, $"{kind} of message {message}: {failure.GetType().Name}: {failure.Message}");
        }
    }

    private static async Task KeepAsync(IChannel channel, int p, string?[] results) => results[p] = string.Join(' ', (await PartAsync(channel, p))!.SelectMany(r => r.Texts));

    private static Task<IReadOnlyList<OpenedValue>?> PartAsync(IChannel channel, int p) => Program.RunAsync(
        Names[p], new Dictionary<PartyId, IChannel> { [Names[1 - p]] = channel }, new Dictionary<string, long[]> { ["x"] = p == 0 ? [3, -5] : [8] }, p == 0 ? 2 : 1, Names,
        SecurityModel.SemiHonest, Context, RandomSource.Seeded(p));
}
