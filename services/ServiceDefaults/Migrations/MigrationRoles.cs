using Npgsql;

namespace ServiceDefaults;

/// <summary>The roles that migrations grant rights to; their names differ per installation, so SQL says `${app_role}` and `${system_role}`.</summary>
internal sealed record MigrationRoles(string App, string System)
{
    public static MigrationRoles From(ConnectionStrings strings) => new(UserOf(strings.Default), UserOf(strings.System));

    public string FillIn(string sql) => sql
        .Replace("${app_role}", Quote(App), StringComparison.Ordinal)
        .Replace("${system_role}", Quote(System), StringComparison.Ordinal);

    private static string Quote(string role) => '"' + role.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static string UserOf(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).Username ?? throw new InvalidOperationException("A connection string names no user.");
}
