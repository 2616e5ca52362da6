using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Hosting;

/// <summary>Addresses that are no pages: downloads, streams of events. Every class of this assembly that implements it is mapped, made by its constructor without parameters.</summary>
/// <remarks>An address without roles of its own (<c>RequireAuthorization</c>) is open to everybody who is signed in.</remarks>
internal interface IEndpoints
{
    void Map(IEndpointRouteBuilder routes);
}
