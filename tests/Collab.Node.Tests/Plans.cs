using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Node.Tests;

internal static class Plans
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static readonly PartyId Bank = PartyId.Parse("bank");
    public static readonly PartyId Bureau = PartyId.Parse("bureau");
    public static readonly PartyId Stranger = PartyId.Parse("stranger");

    public static Plan Intersection() => new(
        "credit", Digest.Sha256("nonce"u8), "psi-ecdh/1", new IntersectionQuestion(KeyRule.Default), "risk-check", SecurityModel.SemiHonest, Bank,
        [Input(Bank), Input(Bureau)], [Bank], Noon, Noon.AddDays(1), 1, TimeSpan.FromMinutes(10));

    private static PlanInput Input(PartyId owner) => new(
        owner, "customers", Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(owner.Name)), Digest.Sha256("version"u8), 4,
        [new ColumnSchema("id", ColumnType.Text, 0)], ["id"]);
}
