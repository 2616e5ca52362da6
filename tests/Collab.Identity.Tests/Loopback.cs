using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Collab.Identity.Tests;

/// <summary>What became of a TLS connection over the loopback interface; the streams are null where the handshake failed.</summary>
internal sealed record Loopback(SslStream? Client, SslStream? Server, Exception? ClientFailure, Exception? ServerFailure) : IAsyncDisposable
{
    public static async Task<Loopback> ConnectAsync(SslClientAuthenticationOptions client, SslServerAuthenticationOptions server)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var caller = new TcpClient();
        var accepting = listener.AcceptTcpClientAsync();
        await caller.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var (near, far) = (new SslStream(caller.GetStream()), new SslStream((await accepting).GetStream()));
        var serving = TryAsync(far, () => far.AuthenticateAsServerAsync(server));
        var clientFailure = await TryAsync(near, () => near.AuthenticateAsClientAsync(client));
        var serverFailure = await serving;
        return new Loopback(clientFailure is null ? near : null, serverFailure is null ? far : null, clientFailure, serverFailure);
    }

    /// <summary>Whether a byte passes both ways; in TLS 1.3 a client learns of its refusal only when it reads.</summary>
    public async Task<bool> PassesAsync()
    {
        if (Client is null || Server is null) return false;
        var byteRead = new byte[1];
        await Client.WriteAsync(new byte[] { 7 });
        await Server.ReadExactlyAsync(byteRead);
        await Server.WriteAsync(byteRead);
        await Client.ReadExactlyAsync(byteRead);
        return byteRead[0] == 7;
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null) await Client.DisposeAsync();
        if (Server is not null) await Server.DisposeAsync();
    }

    private static async Task<Exception?> TryAsync(SslStream stream, Func<Task> handshake)
    {
        try
        {
            await handshake();
            return null;
        }
        catch (Exception failure)
        {
            await stream.DisposeAsync();
            return failure;
        }
    }
}
