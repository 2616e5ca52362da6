namespace Grpc.Core;

/// <summary>The way to one server.</summary>
public abstract class ChannelBase
{
    /// <summary>Makes a channel.</summary>
    /// <param name="target">The server, as <c>host:port</c>.</param>
    protected ChannelBase(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Target = target;
    }

    /// <summary>The server, as <c>host:port</c>.</summary>
    public string Target { get; }

    /// <summary>Makes something that calls over this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Gives <see cref="ShutdownAsync"/> its meaning.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
