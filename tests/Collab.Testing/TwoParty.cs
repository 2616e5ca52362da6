using Collab.Channels;
using Collab.Primitives;

namespace Collab.Testing;

/// <summary>What a run of two parties has at its end.</summary>
/// <param name="Sender">What the first party's program returned.</param>
/// <param name="Receiver">What the second party's program returned.</param>
/// <param name="Usage">All traffic, as the first party sees it.</param>
/// <param name="SenderTranscript">The first party's transcript.</param>
/// <param name="ReceiverTranscript">The second party's transcript.</param>
public sealed record TwoPartyRun<TSender, TReceiver>(
    TSender Sender, TReceiver Receiver, ChannelUsage Usage, Transcript SenderTranscript, Transcript ReceiverTranscript);

/// <summary>Runs both programs of a two-party protocol for real, over a connection in memory.</summary>
public static class TwoParty
{
    /// <summary>The first party.</summary>
    public static PartyId Sender { get; } = PartyId.Parse("sender");

    /// <summary>The second party.</summary>
    public static PartyId Receiver { get; } = PartyId.Parse("receiver");

    /// <summary>Runs both. When one fails, the other fails too, and the first failure is thrown.</summary>
    /// <param name="sender">The first party's program; gets its channel to the second.</param>
    /// <param name="receiver">The second party's program; gets its channel to the first.</param>
    /// <param name="fault">What breaks on the way, if anything.</param>
    /// <param name="options">Limits; null for <see cref="Parties.Options"/>.</param>
    public static async Task<TwoPartyRun<TSender, TReceiver>> RunAsync<TSender, TReceiver>(
        Func<IChannel, Task<TSender>> sender,
        Func<IChannel, Task<TReceiver>> receiver,
        ChannelFault? fault = null,
        ChannelOptions? options = null)
    {
        var failures = new FirstFailure();
        var (first, second) = Start(sender, receiver, fault, options, failures);
        await failures.WhenAllAsync([first, second]);
        var (a, b) = (await first, await second);
        return new(a.Result, b.Result, a.Usage[Receiver], a.Transcripts[Receiver], b.Transcripts[Sender]);
    }

    /// <summary>Runs both, where the first party has no output.</summary>
    public static Task<TwoPartyRun<bool, TReceiver>> RunAsync<TReceiver>(
        Func<IChannel, Task> sender,
        Func<IChannel, Task<TReceiver>> receiver,
        ChannelFault? fault = null,
        ChannelOptions? options = null) => RunAsync(Finished(sender), receiver, fault, options);

    /// <summary>Runs both, where only the first party has an output.</summary>
    public static Task<TwoPartyRun<TSender, bool>> RunAsync<TSender>(
        Func<IChannel, Task<TSender>> sender,
        Func<IChannel, Task> receiver,
        ChannelFault? fault = null,
        ChannelOptions? options = null) => RunAsync(sender, Finished(receiver), fault, options);

    /// <summary>Runs both, where neither has an output.</summary>
    public static Task<TwoPartyRun<bool, bool>> RunAsync(
        Func<IChannel, Task> sender,
        Func<IChannel, Task> receiver,
        ChannelFault? fault = null,
        ChannelOptions? options = null) => RunAsync(Finished(sender), Finished(receiver), fault, options);

    /// <summary>Runs both and returns how each of them failed; null for one that did not.</summary>
    public static async Task<(Exception? Sender, Exception? Receiver)> FailAsync(
        Func<IChannel, Task> sender, Func<IChannel, Task> receiver, ChannelFault? fault = null, ChannelOptions? options = null)
    {
        var (first, second) = Start(Finished(sender), Finished(receiver), fault, options, new FirstFailure());
        await Task.WhenAny(Task.WhenAll(first, second)); // waits for both and throws for neither
        return (first.Exception?.InnerException, second.Exception?.InnerException);
    }

    private static (Task<PartyRun<TSender>> Sender, Task<PartyRun<TReceiver>> Receiver) Start<TSender, TReceiver>(
        Func<IChannel, Task<TSender>> sender,
        Func<IChannel, Task<TReceiver>> receiver,
        ChannelFault? fault,
        ChannelOptions? options,
        FirstFailure failures)
    {
        var (a, b) = MemoryTransport.CreatePair();
        var toReceiver = fault?.Around(a, receiver: false) ?? a;
        var toSender = fault?.Around(b, receiver: true) ?? b;
        return (
            Task.Run(() => failures.WatchAsync(() => RunOneAsync(Sender, Receiver, toReceiver, Watched(sender), options))),
            Task.Run(() => failures.WatchAsync(() => RunOneAsync(Receiver, Sender, toSender, Watched(receiver), options))));

        Func<IChannel, Task<T>> Watched<T>(Func<IChannel, Task<T>> program) => channel => failures.WatchAsync(() => program(channel));
    }

    private static Task<PartyRun<T>> RunOneAsync<T>(
        PartyId self, PartyId peer, IFrameTransport transport, Func<IChannel, Task<T>> program, ChannelOptions? options) =>
        Parties.RunOneAsync(
            self,
            new Dictionary<PartyId, IFrameTransport> { [peer] = transport },
            (_, channels) => program(channels[peer]),
            options ?? Parties.Options);

    private static Func<IChannel, Task<bool>> Finished(Func<IChannel, Task> program) => async channel =>
    {
        await program(channel);
        return true;
    };
}

/// <summary>Runs a protocol of three parties.</summary>
public static class ThreeParty
{
    /// <summary>Runs one program at <c>party-1</c> to <c>party-3</c>, each with a channel to the two others.</summary>
    public static Task<IReadOnlyDictionary<PartyId, PartyRun<T>>> RunAsync<T>(
        Func<PartyId, IReadOnlyDictionary<PartyId, IChannel>, Task<T>> program, ChannelOptions? options = null) =>
        Parties.RunAsync(Parties.Named(3), program, options);
}
